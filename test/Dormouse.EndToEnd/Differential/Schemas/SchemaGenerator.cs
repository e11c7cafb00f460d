namespace Dormouse.EndToEnd.Differential.Schemas;

/// <summary>
/// Makes valid schemas: enums, models with keys of all kinds, relations of all kinds, names of tables and columns, several schemas of
/// the database. A model's foreign keys lead to models before it or to itself, so that rows can be made in the models' order.
/// </summary>
internal sealed class SchemaGenerator
{
    private static readonly string[] Places = ["auth", "public", "zoo"];
    private static readonly string[] Tables = ["the {0}", "{0}_größe", "{0}s", "{0}.t"];
    private static readonly string[] AllFeatures = ["relationJoins", "fullTextSearchPostgres", "nativeDistinct", "views"];

    private readonly Dice dice;
    private readonly bool hasPlaces;
    private readonly List<ModelBlueprint> models = [];
    private readonly List<RelationBlueprint> relations = [];

    private SchemaGenerator(Dice dice)
    {
        this.dice = dice;
        hasPlaces = dice.OneIn(5);
    }

    public static SchemaBlueprint Generate(Dice dice)
    {
        SchemaGenerator generator = new(dice);
        string[] features = [.. AllFeatures.Where(_ => dice.OneIn(3))];
        EnumBlueprint[] enums = [.. Enumerable.Range(1, dice.Below(3)).Select(generator.NextEnum)];
        FieldGenerator fields = new(dice, enums);
        int count = dice.Between(2, 5);
        for (int number = 1; number <= count; number++)
        {
            string name = $"{"ABCDE"[number - 1]}{dice.Pick(["cat", "Dog", "x"])}";
            if (number > 1 && dice.OneIn(5))
            {
                generator.AddLink(name, fields);
            }
            else
            {
                generator.AddModel(name, fields);
            }
        }
        if (dice.OneIn(6))
        {
            FieldBlueprint[] own = [new FieldBlueprint("id", ScalarKind.Int), fields.Next("f1")];
            generator.models.Add(new ModelBlueprint("Ignored", null, generator.Place(), own, new(["id"], null), []) { IsIgnored = true });
        }
        if (features.Contains("views"))
        {
            generator.AddView();
        }
        return new SchemaBlueprint(enums, generator.models, generator.relations, features);
    }

    private EnumBlueprint NextEnum(int number)
    {
        (string, string)[] values = [("A", "A"), ("B", dice.OneIn(2) ? "the second" : "B"), ("C", dice.OneIn(2) ? "ç-3" : "C")];
        return new EnumBlueprint($"Enum{number}", values, dice.OneIn(3) ? $"enum{number} type" : null, Place());
    }

    private void AddModel(string name, FieldGenerator fields)
    {
        List<FieldBlueprint> columns = [];
        KeyBlueprint id;
        if (dice.OneIn(5))
        {
            columns.AddRange([fields.NextKeyPart("k1"), fields.NextKeyPart("k2")]);
            id = new KeyBlueprint(["k1", "k2"], dice.OneIn(3) ? "theKey" : null);
        }
        else
        {
            columns.Add(fields.NextId());
            id = new KeyBlueprint(["id"], null);
        }
        for (int count = dice.Between(1, 6); count > 0; count--)
        {
            columns.Add(fields.Next($"f{count}"));
        }
        if (dice.OneIn(10))
        {
            columns.Add(new FieldBlueprint("hidden", ScalarKind.Int) { IsRequired = false, IsIgnored = true });
        }
        if (dice.OneIn(8))
        {
            columns.Add(fields.NextUnsupported());
        }
        string? table = dice.OneIn(4) ? string.Format(null, dice.Pick(Tables), name) : null;
        models.Add(new ModelBlueprint(name, table, Place(), columns, id, Uniques(columns)));
        for (int count = models.Count == 1 ? dice.Below(2) : dice.Between(1, 2); count > 0; count--)
        {
            AddRelation(models.Count - 1);
        }
    }

    /// <summary>A model whose primary key is two foreign keys, as one writes many to many by hand.</summary>
    private void AddLink(string name, FieldGenerator fields)
    {
        List<FieldBlueprint> columns = dice.OneIn(2) ? [] : [fields.Next("f1")];
        List<string> keys = [];
        foreach (string end in (string[])["left", "right"])
        {
            ModelBlueprint target = dice.Pick(models);
            FieldBlueprint[] added = [.. target.Id.Fields.Select(field => KeyField(end, target.Field(field), isRequired: true))];
            columns.AddRange(added);
            string[] names = [.. added.Select(field => field.Name)];
            keys.AddRange(names);
            string relation = $"R{relations.Count + 1}";
            relations.Add(
                new RelationBlueprint(
                    relation,
                    RelationKind.OneToMany,
                    name,
                    end,
                    names,
                    target.Name,
                    $"{relation.ToLowerInvariant()}s",
                    target.Id.Fields,
                    true,
                    dice.OneIn(2) ? "Cascade" : null,
                    null
                )
            );
        }
        models.Add(new ModelBlueprint(name, null, Place(), columns, new KeyBlueprint(keys, null), []));
    }

    /// <summary>A view of some columns of a model.</summary>
    private void AddView()
    {
        ModelBlueprint model = dice.Pick(models.FindAll(one => !one.IsIgnored));
        FieldBlueprint[] ids = [.. model.Id.Fields.Select(model.Field)];
        IReadOnlyList<FieldBlueprint> others = dice.Some([.. model.Visible.Except(ids)], 0, 4);
        FieldBlueprint[] shown =
        [
            .. ids.Concat(others).Select(field => field with { Default = null, IsUpdatedAt = false, IsUnique = false }),
        ];
        models.Add(new ModelBlueprint("Shown", dice.OneIn(3) ? "the view" : null, Place(), shown, model.Id, []) { ViewOf = model.Name });
    }

    private KeyBlueprint[] Uniques(List<FieldBlueprint> columns)
    {
        // A unique criterion may hold optional fields; no client can then find by it where one is null.
        FieldBlueprint[] fit = [.. columns.Where(field => field.MayBeKey && field.Name != "id")];
        return fit.Length < 2 || !dice.OneIn(4)
            ? []
            : [new KeyBlueprint([.. dice.Some(fit, 2, 3).Select(field => field.Name)], dice.OneIn(3) ? "theUnique" : null)];
    }

    private void AddRelation(int from)
    {
        int to = dice.Below(from + 1);
        string name = $"R{relations.Count + 1}";
        string lower = name.ToLowerInvariant();
        ModelBlueprint holder = models[from];
        ModelBlueprint target = models[to];
        bool singleIds = holder.Id.Fields.Count == 1 && target.Id.Fields.Count == 1;
        RelationKind kind = dice.Below(6) switch
        {
            0 when singleIds && holder.Place == target.Place => RelationKind.ManyToMany,
            1 => RelationKind.OneToOne,
            _ => RelationKind.OneToMany,
        };
        if (kind == RelationKind.ManyToMany)
        {
            relations.Add(new RelationBlueprint(name, kind, holder.Name, lower + "a", [], target.Name, lower + "b", [], false, null, null));
            return;
        }
        // A record that needs itself could never be made.
        bool isRequired = from != to && dice.OneIn(2);
        KeyBlueprint[] candidates = [.. target.Keys.Where(key => key.Fields.All(field => target.Field(field).IsRequired))];
        KeyBlueprint referenced = dice.OneIn(4) ? dice.Pick(candidates) : target.Id;
        FieldBlueprint[] keys = [.. referenced.Fields.Select(field => KeyField(lower, target.Field(field), isRequired))];
        bool single = keys.Length == 1;
        if (kind == RelationKind.OneToOne && single)
        {
            keys[0] = keys[0] with { IsUnique = true };
        }
        KeyBlueprint[] added = kind == RelationKind.OneToOne && !single ? [new KeyBlueprint([.. keys.Select(key => key.Name)], null)] : [];
        models[from] = holder with { Fields = [.. holder.Fields, .. keys], Uniques = [.. holder.Uniques, .. added] };
        string[] actions = isRequired ? ["Cascade", "Restrict", "NoAction"] : ["Cascade", "Restrict", "NoAction", "SetNull"];
        string? onDelete = dice.OneIn(2) ? dice.Pick(actions) : null;
        string? onUpdate = dice.OneIn(4) ? dice.Pick(actions) : null;
        string[] fields = [.. keys.Select(key => key.Name)];
        relations.Add(
            new RelationBlueprint(
                name,
                kind,
                holder.Name,
                lower,
                fields,
                target.Name,
                lower + "s",
                referenced.Fields,
                isRequired,
                onDelete,
                onUpdate
            )
        );
    }

    private FieldBlueprint KeyField(string relation, FieldBlueprint referenced, bool isRequired) =>
        new($"{relation}_{referenced.Name}", referenced.Kind)
        {
            EnumName = referenced.EnumName,
            Native = referenced.Native,
            IsRequired = isRequired,
            Column = dice.OneIn(6) ? $"fk {relation} {referenced.Name}" : null,
        };

    private string? Place() => hasPlaces ? dice.Pick(Places) : null;
}

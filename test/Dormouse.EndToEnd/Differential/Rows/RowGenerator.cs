using Dormouse.EndToEnd.Differential.Schemas;
using Dormouse.EndToEnd.Differential.Values;

namespace Dormouse.EndToEnd.Differential.Rows;

/// <summary>Makes rows that no constraint refuses: foreign keys lead to rows that are there, unique values are unique.</summary>
internal sealed class RowGenerator(Dice dice, SchemaBlueprint schema)
{
    private const int RowsMax = 7;

    private readonly ValueGenerator values = new(dice, schema);
    private readonly Dictionary<string, List<Row>> made = [];
    private readonly HashSet<string> taken = [];

    public static RowSet Generate(Dice dice, SchemaBlueprint schema) => new RowGenerator(dice, schema).Run();

    private RowSet Run()
    {
        foreach (ModelBlueprint model in schema.Tables)
        {
            made[model.Name] = [];
            for (int count = dice.Below(RowsMax + 1); count > 0; count--)
            {
                if (TryMake(model) is { } row)
                {
                    made[model.Name].Add(row);
                }
            }
        }
        return new RowSet([.. schema.Tables.SelectMany(model => made[model.Name])], [.. Links()]);
    }

    private Row? TryMake(ModelBlueprint model)
    {
        Dictionary<string, Value> row = [];
        foreach (FieldBlueprint field in model.Fields)
        {
            // A generated id would differ on the two sides, and null in a key finds nothing.
            row[field.Name] = model.Id.Fields.Contains(field.Name) ? values.Element(field) : values.Next(field);
        }
        foreach (RelationBlueprint relation in schema.Relations.Where(one => one.From == model.Name && one.Fields.Count > 0))
        {
            List<Row> targets = made[relation.To];
            bool leadsNowhere = targets.Count == 0 || (!relation.IsRequired && dice.OneIn(3));
            if (leadsNowhere && relation.IsRequired)
            {
                return null;
            }
            Row? target = leadsNowhere ? null : dice.Pick(targets);
            foreach ((string field, string referenced) in relation.Fields.Zip(relation.References))
            {
                row[field] = target?.Values[referenced] ?? Value.Null;
            }
        }
        return Claim(model, row) ? new Row(model.Name, row) : null;
    }

    /// <summary>Whether no unique value of the row is another row's; if so they are this one's now.</summary>
    private bool Claim(ModelBlueprint model, Dictionary<string, Value> row)
    {
        string[] claims =
        [
            .. model
                .Keys.Where(key => key.Fields.All(field => row[field].Text is not null))
                .Select(key => $"{model.Name}|{key.ArgumentName}|{string.Join('|', key.Fields.Select(field => Canonical(row[field])))}"),
        ];
        if (claims.Any(taken.Contains))
        {
            return false;
        }
        taken.UnionWith(claims);
        return true;
    }

    // A blank at the end is none to char(n).
    private static string Canonical(Value value) => value.Text!.TrimEnd(' ');

    private IEnumerable<Link> Links()
    {
        foreach (RelationBlueprint relation in schema.Relations.Where(one => one.Kind == RelationKind.ManyToMany))
        {
            // The model that comes first by name, which is the one made first, stands in column A.
            string first = schema.Model(relation.To).Id.Fields[0];
            string second = schema.Model(relation.From).Id.Fields[0];
            foreach (Row a in made[relation.To])
            {
                foreach (Row b in made[relation.From].Where(_ => dice.OneIn(3)))
                {
                    yield return new Link(relation.Name, a.Values[first], b.Values[second]);
                }
            }
        }
    }
}

namespace Dormouse.EndToEnd.Differential.Schemas;

/// <summary>The scalar types of the schema language; enums count as one.</summary>
internal enum ScalarKind
{
    Int,
    BigInt,
    Float,
    Decimal,
    Boolean,
    String,
    DateTime,
    Json,
    Bytes,
    Enum,
}

/// <summary>
/// A schema as the generator thinks of it, before it is text: immutable, so that a smaller one can be made of it by leaving parts away.
/// It knows nothing of Dormouse's own reader.
/// </summary>
internal sealed record SchemaBlueprint(
    IReadOnlyList<EnumBlueprint> Enums,
    IReadOnlyList<ModelBlueprint> Models,
    IReadOnlyList<RelationBlueprint> Relations,
    IReadOnlyList<string> Features
)
{
    /// <summary>Whether models and enums say in which schema of the database they lie.</summary>
    public bool HasPlaces => Models.Any(model => model.Place is not null);

    /// <summary>The models that are tables, also those that clients do not see; not views.</summary>
    public IReadOnlyList<ModelBlueprint> Tables => [.. Models.Where(model => model.ViewOf is null)];

    /// <summary>The models and views that clients see.</summary>
    public IReadOnlyList<ModelBlueprint> Visible => [.. Models.Where(model => !model.IsIgnored)];

    public ModelBlueprint Model(string name) => Models.Single(model => model.Name == name);

    public EnumBlueprint Enum(string name) => Enums.Single(one => one.Name == name);

    public bool Has(string feature) => Features.Contains(feature);

    /// <summary>The relation fields of a model.</summary>
    public IEnumerable<RelationEnd> EndsOf(string model)
    {
        foreach (RelationBlueprint relation in Relations)
        {
            bool many = relation.Kind == RelationKind.ManyToMany;
            if (relation.From == model)
            {
                yield return new RelationEnd(relation, relation.FromField, relation.To, relation.ToField, many, relation.IsRequired, !many);
            }
            if (relation.To == model)
            {
                bool list = relation.Kind != RelationKind.OneToOne;
                yield return new RelationEnd(relation, relation.ToField, relation.From, relation.FromField, list, false, false);
            }
        }
    }

    /// <summary>The names of a model's scalar fields that hold a foreign key.</summary>
    public HashSet<string> KeysOf(string model) =>
        [.. Relations.Where(relation => relation.From == model).SelectMany(relation => relation.Fields)];
}

/// <summary>An enum; a value has a name of its own in the database.</summary>
internal sealed record EnumBlueprint(string Name, IReadOnlyList<(string Name, string Stored)> Values, string? Map, string? Place);

/// <summary>A scalar or enum field.</summary>
internal sealed record FieldBlueprint(string Name, ScalarKind Kind)
{
    /// <summary>The enum's name, where it is one.</summary>
    public string? EnumName { get; init; }

    /// <summary>What stands behind <c>@db.</c>, or nothing.</summary>
    public string Native { get; init; } = "";

    public bool IsList { get; init; }
    public bool IsRequired { get; init; } = true;

    /// <summary>The column's name, where it is another one.</summary>
    public string? Column { get; init; }

    /// <summary>What stands in <c>@default(…)</c>.</summary>
    public string? Default { get; init; }

    public bool IsUpdatedAt { get; init; }
    public bool IsUnique { get; init; }

    /// <summary>Marked with <c>@ignore</c>.</summary>
    public bool IsIgnored { get; init; }

    /// <summary>The type in the database, where it is one that the schema language has no name for.</summary>
    public string? Unsupported { get; init; }

    /// <summary>Not visible to clients.</summary>
    public bool IsHidden => IsIgnored || Unsupported is not null;

    public string StoredName => Column ?? Name;

    public string TypeName => Unsupported is null ? EnumName ?? Kind.ToString() : $"Unsupported(\"{Unsupported}\")";

    /// <summary>The native type without its arguments.</summary>
    public string NativeName => Native.Split('(')[0];

    /// <summary>Whether the database or the engine gives a value where none is given.</summary>
    public bool IsFilledIn => Default is not null || IsUpdatedAt || IsList;

    /// <summary>Whether the value that is filled in differs from run to run.</summary>
    public bool IsGenerated => IsUpdatedAt || (Default?.EndsWith(')') == true && !Default.StartsWith("auto", StringComparison.Ordinal));

    /// <summary>Whether a B-tree can hold it, so that it can be a key and be sorted.</summary>
    public bool IsSortable => !IsList && !IsHidden && Kind != ScalarKind.Json && NativeName != "Xml";

    /// <summary>
    /// Whether it is made unique, so that records are found by it. Not char(n): the peer compares the cursor of a list within a record
    /// itself, and takes a text that PostgreSQL fills up with blanks for another one.
    /// </summary>
    public bool MayBeKey => IsSortable && NativeName != "Char";

    public bool IsNumber => Kind is ScalarKind.Int or ScalarKind.BigInt or ScalarKind.Float or ScalarKind.Decimal;
}

/// <summary>A primary key or unique criterion over several fields, with its own name where it has one.</summary>
internal sealed record KeyBlueprint(IReadOnlyList<string> Fields, string? Name)
{
    /// <summary>What clients call it.</summary>
    public string ArgumentName => Name ?? string.Join('_', Fields);
}

/// <summary>A model. <see cref="Id"/> has one field or several.</summary>
internal sealed record ModelBlueprint(
    string Name,
    string? Table,
    string? Place,
    IReadOnlyList<FieldBlueprint> Fields,
    KeyBlueprint Id,
    IReadOnlyList<KeyBlueprint> Uniques
)
{
    /// <summary>The model whose rows it shows, where it is a view.</summary>
    public string? ViewOf { get; init; }

    /// <summary>Marked with <c>@@ignore</c>: not visible to clients.</summary>
    public bool IsIgnored { get; init; }

    public string StoredName => Table ?? Name;

    /// <summary>The table's name in SQL.</summary>
    public string SqlName => $"\"{Place ?? "public"}\".\"{StoredName}\"";

    public FieldBlueprint Field(string name) => Fields.Single(field => field.Name == name);

    /// <summary>The fields that clients see.</summary>
    public IReadOnlyList<FieldBlueprint> Visible => [.. Fields.Where(one => !one.IsHidden)];

    /// <summary>Everything that finds one record: the id, unique fields, unique criteria.</summary>
    public IReadOnlyList<KeyBlueprint> Keys =>
        [Id, .. Fields.Where(one => one.IsUnique).Select(one => new KeyBlueprint([one.Name], null)), .. Uniques];
}

internal enum RelationKind
{
    OneToOne,
    OneToMany,
    ManyToMany,
}

/// <summary>A relation. <see cref="From"/> holds the foreign key, unless it is many to many.</summary>
internal sealed record RelationBlueprint(
    string Name,
    RelationKind Kind,
    string From,
    string FromField,
    IReadOnlyList<string> Fields,
    string To,
    string ToField,
    IReadOnlyList<string> References,
    bool IsRequired,
    string? OnDelete,
    string? OnUpdate
)
{
    /// <summary>The table that joins the two, where it is many to many.</summary>
    public string JoinTable => $"_{Name}";
}

/// <summary>A relation as one of its models sees it.</summary>
/// <param name="Relation">The relation.</param>
/// <param name="Name">The field's name.</param>
/// <param name="Other">The other model's name.</param>
/// <param name="OtherName">The field of the other model.</param>
/// <param name="IsList">Whether it leads to many.</param>
/// <param name="IsRequired">Whether it must lead to one.</param>
/// <param name="HoldsKey">Whether this model has the foreign key.</param>
internal sealed record RelationEnd(
    RelationBlueprint Relation,
    string Name,
    string Other,
    string OtherName,
    bool IsList,
    bool IsRequired,
    bool HoldsKey
);

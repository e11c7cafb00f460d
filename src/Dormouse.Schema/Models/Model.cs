using System.Diagnostics.CodeAnalysis;
using Dormouse.Schema.Naming;

namespace Dormouse.Schema.Models;

/// <summary>A model or a view.</summary>
public sealed class Model
{
    // Made when they are asked for, since most models of a large schema never are. Two threads may make the same; both mean the same.
    private Dictionary<string, Field>? byName;
    private ScalarField[]? scalarFields;
    private RelationField[]? relationFields;

    internal Model(string name, bool isView, string? documentation)
    {
        Name = name;
        IsView = isView;
        Documentation = documentation;
    }

    public string Name { get; }

    public bool IsView { get; }

    /// <summary>The name given by <c>@@map</c>.</summary>
    public string? MappedName { get; internal set; }

    /// <summary>The name of the table or view.</summary>
    public string DatabaseName => MappedName ?? Name;

    /// <summary>The database schema of <c>@@schema</c>.</summary>
    public string? Schema { get; internal set; }

    /// <summary>Marked with <c>@@ignore</c>: clients do not see it.</summary>
    public bool IsIgnored { get; internal set; }

    public string? Documentation { get; }

    public IReadOnlyList<Field> Fields { get; internal set; } = [];

    public IReadOnlyList<ScalarField> ScalarFields => scalarFields ??= [.. Fields.OfType<ScalarField>()];

    public IReadOnlyList<RelationField> RelationFields => relationFields ??= [.. Fields.OfType<RelationField>()];

    /// <summary><c>@id</c> or <c>@@id</c>.</summary>
    public PrimaryKey? PrimaryKey { get; internal set; }

    /// <summary><c>@unique</c>, <c>@@unique</c> and <c>@@index</c>: first those on fields, then those of the model.</summary>
    public IReadOnlyList<ModelIndex> Indexes { get; internal set; } = [];

    /// <summary>
    /// What identifies one record: the primary key and the unique indexes, those with optional fields too, which clients may not use
    /// for that.
    /// </summary>
    public IEnumerable<UniqueCriterion> UniqueCriteria
    {
        get
        {
            if (PrimaryKey is { } key)
            {
                yield return new UniqueCriterion(key.Fields, key.Name, IsPrimaryKey: true);
            }
            foreach (ModelIndex index in Indexes)
            {
                if (index.Kind == IndexKind.Unique)
                {
                    yield return new UniqueCriterion(index.Fields, index.Name, IsPrimaryKey: false);
                }
            }
        }
    }

    public bool TryGetField(string name, [NotNullWhen(true)] out Field? field)
    {
        byName ??= Fields.ToDictionary(item => item.Name);
        return byName.TryGetValue(name, out field);
    }

    public override string ToString() => Name;
}

/// <summary>A field within a key or an index. A large schema has thousands, mostly alone in theirs, which keep them in place.</summary>
public readonly record struct IndexField(ScalarField Field, SortOrder? Sort, OperatorClass? OperatorClass);

/// <summary>The operator class of an indexed field; a raw one is given to the database as it is.</summary>
public sealed record OperatorClass(string Name, bool IsRaw);

/// <summary>The primary key of a model.</summary>
public sealed class PrimaryKey
{
    internal PrimaryKey(Model model, IReadOnlyList<IndexField> fields, string? name, string? mappedName, bool isOnField)
    {
        Model = model;
        Fields = fields;
        Name = name;
        MappedName = mappedName;
        IsOnField = isOnField;
    }

    public Model Model { get; }

    public IReadOnlyList<IndexField> Fields { get; }

    /// <summary>The name that clients use for it, where one was given.</summary>
    public string? Name { get; }

    public string? MappedName { get; }

    /// <summary>The name of the constraint.</summary>
    public string DatabaseName => MappedName ?? ConstraintNames.PrimaryKey(Model.DatabaseName);

    /// <summary><c>@id</c> and not <c>@@id</c>.</summary>
    public bool IsOnField { get; }
}

/// <summary>An index or unique constraint.</summary>
public sealed class ModelIndex
{
    internal ModelIndex(Model model, IndexKind kind, IReadOnlyList<IndexField> fields)
    {
        Model = model;
        Kind = kind;
        Fields = fields;
    }

    public Model Model { get; }

    public IndexKind Kind { get; }

    public IReadOnlyList<IndexField> Fields { get; }

    /// <summary>The name that clients use for a unique one, where one was given.</summary>
    public string? Name { get; internal init; }

    public string? MappedName { get; internal init; }

    /// <summary>The name in the database.</summary>
    public string DatabaseName =>
        MappedName
        ?? ConstraintNames.Index(Model.DatabaseName, Fields.Select(item => item.Field.DatabaseName), isUnique: Kind == IndexKind.Unique);

    /// <summary>The access method as written; null means a B-tree.</summary>
    public IndexAlgorithm? Algorithm { get; internal init; }

    /// <summary><c>@unique</c> and not <c>@@unique</c>.</summary>
    public bool IsOnField { get; internal init; }
}

/// <summary>Fields that identify one record.</summary>
public sealed record UniqueCriterion(IReadOnlyList<IndexField> Fields, string? Name, bool IsPrimaryKey)
{
    /// <summary>The name that clients use: the given one, or the names of the fields joined by underscores.</summary>
    public string ClientName => Name ?? string.Join("_", Fields.Select(item => item.Field.Name));

    /// <summary>None of its fields may be absent.</summary>
    public bool IsStrict => Fields.All(item => item.Field.IsRequired);
}

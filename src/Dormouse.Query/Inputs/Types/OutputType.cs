using System.Diagnostics.CodeAnalysis;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>A type of objects in answers, such as <c>User</c>. Its fields are made when somebody first looks at them.</summary>
internal sealed class OutputObjectType(string name, Func<IReadOnlyList<OutputField>> fields)
{
    private readonly Lazy<IReadOnlyList<OutputField>> fields = new(fields);
    private Dictionary<string, OutputField>? byName;

    public string Name { get; } = name;

    public IReadOnlyList<OutputField> Fields => fields.Value;

    public bool TryGet(string name, [NotNullWhen(true)] out OutputField? field)
    {
        byName ??= Fields.ToDictionary(item => item.Name);
        return byName.TryGetValue(name, out field);
    }
}

/// <summary>What a field of an answer stands for.</summary>
internal enum OutputKind : byte
{
    Scalar,
    Relation,

    /// <summary><c>_count</c> of a model's relations.</summary>
    RelationCounts,

    /// <summary>One of the relations within it.</summary>
    RelationCount,

    /// <summary><c>_count _avg _sum _min _max</c> of aggregations.</summary>
    Aggregate,

    /// <summary>An operation as a whole.</summary>
    Operation,
}

/// <summary>A field of an answer with its arguments; an operation is one too.</summary>
internal sealed class OutputField(string name, OutputKind kind, string typeName, Func<IReadOnlyList<InputField>>? arguments = null)
{
    private readonly Lazy<IReadOnlyList<InputField>>? arguments = arguments is null ? null : new(arguments);

    public string Name { get; } = name;

    public OutputKind Kind { get; } = kind;

    /// <summary>As error messages name it; lists end in brackets.</summary>
    public string TypeName { get; } = typeName;

    public bool IsNullable { get; init; }

    /// <summary>The type of its objects; null for scalars.</summary>
    public OutputObjectType? ObjectType { get; init; }

    /// <summary>The field of the model behind it; null for <c>_all</c>, for aggregates as a whole and for operations.</summary>
    public Field? Field { get; init; }

    public IReadOnlyList<InputField> Arguments => arguments?.Value ?? [];
}

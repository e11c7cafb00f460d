using System.Diagnostics.CodeAnalysis;
using Dormouse.Query.Inputs.Bindings;
using Dormouse.Query.Nodes;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs;

/// <summary>
/// A validated part of an operation's arguments. Unions are decided, single values stand in lists where the type is a list, and each
/// scalar is an expression: a constant, or a parameter whose value is bound anew for each request.
/// </summary>
internal abstract class InputValue
{
    /// <summary>What is wrong with it though it has the right form; said last, after all else is found valid.</summary>
    internal Failures.PlanException? Problem { get; init; }
}

/// <summary>An object of a known input type, its fields in the order of the request.</summary>
internal sealed class InputObject(string typeName, IReadOnlyList<KeyValuePair<string, InputValue>> fields) : InputValue
{
    /// <summary>The name of its type in Prisma's query schema, such as <c>UserWhereInput</c>.</summary>
    public string TypeName { get; } = typeName;

    public IReadOnlyList<KeyValuePair<string, InputValue>> Fields { get; } = fields;

    public bool TryGet(string name, [NotNullWhen(true)] out InputValue? value)
    {
        foreach (var (field, found) in Fields)
        {
            if (field == name)
            {
                value = found;
                return true;
            }
        }

        value = null;
        return false;
    }

    public InputValue? Find(string name) => TryGet(name, out var value) ? value : null;
}

/// <summary>A list of objects, enum values or, where they are not literals alone, scalars.</summary>
internal sealed class InputList(IReadOnlyList<InputValue> items) : InputValue
{
    public IReadOnlyList<InputValue> Items { get; } = items;

    /// <summary>Its one item was written where a list may stand.</summary>
    public bool IsShorthand { get; init; }
}

/// <summary>A scalar value, or a whole list of scalars that is one parameter.</summary>
internal sealed class InputScalar : InputValue
{
    private readonly ScalarSource? source;
    private Expression? expression;

    public InputScalar(ScalarKind type, bool isList, Expression expression, int literal)
    {
        Type = type;
        IsList = isList;
        this.expression = expression;
        Literal = literal;
    }

    public InputScalar(ScalarKind type, bool isList, ScalarSource source, int literal)
    {
        Type = type;
        IsList = isList;
        this.source = source;
        Literal = literal;
    }

    /// <summary>The scalar's type; for lists that of the items.</summary>
    public ScalarKind Type { get; }

    public bool IsList { get; }

    /// <summary>Yields, at run time, a value in the form that <see cref="ScalarReader"/> gives its type; for lists a list of such.</summary>
    public Expression Expression => expression ?? throw new InvalidOperationException("The document is still being read.");

    /// <summary>The number of the one literal behind it; -1 for constants of the document (true, false, an empty list) and for what is made of several.</summary>
    public int Literal { get; }

    internal ScalarSource? Source => source;

    /// <summary>Makes its literals parameters. Only what is in the operation that was read in the end gets any.</summary>
    internal void Settle(ParameterList parameters) => expression ??= source!.Settle(parameters);
}

/// <summary>What a scalar is: one of the language's types, or an enum of the schema.</summary>
internal readonly record struct ScalarKind(ScalarType? Type, EnumType? Enum)
{
    public bool IsNumeric => Type is ScalarType.Int or ScalarType.BigInt or ScalarType.Float or ScalarType.Decimal;

    public static ScalarKind Of(ScalarField field) => new(field.Type, field.Enum);

    public override string ToString() => Enum?.Name ?? (Type is { } type ? ScalarTypes.Name(type) : "Unsupported");
}

internal sealed class InputNull : InputValue
{
    public static readonly InputNull Instance = new();
}

/// <summary>A value of one of the query schema's own enums: sort orders, query modes, names of fields, DbNull and its kin.</summary>
internal sealed class InputEnum(string typeName, string value) : InputValue
{
    public string TypeName { get; } = typeName;

    public string Value { get; } = value;
}

/// <summary>Another field of the same model in a value's place.</summary>
internal sealed class InputFieldReference : InputValue
{
    private readonly ScalarField? referenced;

    public InputFieldReference(ScalarField field) => referenced = field;

    /// <summary>A reference that names no field of the right model and type.</summary>
    internal InputFieldReference(string problem) => Problem = Failures.QueryFailure.Input(problem);

    public ScalarField Field => referenced ?? throw new InvalidOperationException("It refers to no field.", Problem);
}

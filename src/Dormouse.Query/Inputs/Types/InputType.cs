using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>One of the types that an argument or a field of an input object accepts. Immutable and shared.</summary>
internal abstract class InputType
{
    /// <summary>As error messages name it; lists end in brackets.</summary>
    public abstract string Name { get; }
}

/// <summary>A scalar type of the schema language.</summary>
internal sealed class ScalarInputType : InputType
{
    private static readonly ScalarInputType[] All = [.. Enum.GetValues<ScalarType>().Select(type => new ScalarInputType(type))];

    private ScalarInputType(ScalarType type)
    {
        Type = type;
        Name = ScalarTypes.Name(type);
    }

    public ScalarType Type { get; }

    public override string Name { get; }

    public static ScalarInputType Of(ScalarType type) => All[(int)type];
}

/// <summary>The parameters of raw SQL: a JSON array, or its text.</summary>
internal sealed class RawParametersInputType : InputType
{
    public static readonly RawParametersInputType Instance = new();

    public override string Name => "Json";
}

/// <summary>The null that optional fields accept; a type of its own among the others.</summary>
internal sealed class NullInputType : InputType
{
    public static readonly NullInputType Instance = new();

    public override string Name => "Null";
}

/// <summary>An enum of the schema.</summary>
internal sealed class EnumInputType(EnumType type) : InputType
{
    public EnumType Type { get; } = type;

    public override string Name => Type.Name;
}

/// <summary>
/// An enum of the query schema itself: sort orders, names of fields and the like. Its values decide over plans, so they are looked at
/// when a document is read and never become parameters.
/// </summary>
internal sealed class ConstantInputType(string name, IReadOnlyList<string> values) : InputType
{
    public override string Name { get; } = name;

    public IReadOnlyList<string> Values { get; } = values;
}

internal sealed class ListInputType(InputType item) : InputType
{
    public InputType Item { get; } = item;

    public override string Name { get; } = item.Name + "[]";
}

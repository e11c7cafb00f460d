using System.Diagnostics.CodeAnalysis;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Types;

/// <summary>How many fields of an input object must and may be given.</summary>
/// <param name="Fields">The fields that count; null means all.</param>
internal sealed record FieldConstraints(int? Least, int? Most, IReadOnlyList<string>? Fields = null)
{
    public static readonly FieldConstraints None = new(null, null);
    public static readonly FieldConstraints ExactlyOne = new(1, 1);
    public static readonly FieldConstraints AtMostOne = new(0, 1);
}

/// <summary>
/// A type of objects in arguments, such as <c>UserWhereInput</c>. Its fields are made when somebody first looks at them: types refer to
/// each other in circles, and most of a large schema is never asked for.
/// </summary>
internal sealed class InputObjectType : InputType
{
    private readonly Lock making = new();
    private Func<IReadOnlyList<InputField>>? make;
    private IReadOnlyList<InputField>? fields;
    private Dictionary<string, InputField>? byName;

    public InputObjectType(string name, FieldConstraints constraints, Func<IReadOnlyList<InputField>> fields)
    {
        Name = name;
        Constraints = constraints;
        make = fields;
    }

    public override string Name { get; }

    public FieldConstraints Constraints { get; }

    /// <summary>The model whose records a filter is about; field references below it must name fields of this model.</summary>
    public Model? Filtered { get; init; }

    /// <summary>Whether it is a filter of a field that is a list.</summary>
    public bool IsListFilter { get; init; }

    /// <summary>For a reference to another field: the type that this field must have.</summary>
    public InputType? Referenced { get; init; }

    public IReadOnlyList<InputField> Fields
    {
        get
        {
            if (Volatile.Read(ref fields) is { } known)
            {
                return known;
            }

            lock (making)
            {
                if (fields is null)
                {
                    var made = make!();
                    // An id and a unique of the same fields have one name and mean the same; the engine lists both.
                    byName = made.DistinctBy(item => item.Name).ToDictionary(item => item.Name);
                    Volatile.Write(ref fields, made);
                    make = null;
                }

                return fields;
            }
        }
    }

    public bool TryGet(string name, [NotNullWhen(true)] out InputField? field)
    {
        _ = Fields;
        return byName!.TryGetValue(name, out field);
    }
}

/// <summary>A field of an input object, or an argument.</summary>
/// <param name="types">In the order in which they are tried.</param>
/// <param name="isRequired">Whether it must be given; whether it may be null is a matter of the types.</param>
internal sealed class InputField(string name, IReadOnlyList<InputType> types, bool isRequired = false)
{
    public string Name { get; } = name;

    public IReadOnlyList<InputType> Types { get; } = types;

    public bool IsRequired { get; } = isRequired;
}

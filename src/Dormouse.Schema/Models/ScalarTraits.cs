namespace Dormouse.Schema.Models;

/// <summary>
/// What a line of the schema says of a scalar field, but for its name and what concerns its model. Fields of lines that are alike have
/// the same object, so it never changes; a field that turns out to be more gets another.
/// </summary>
/// <param name="Stage">How much of the line is in it.</param>
internal sealed record ScalarTraits(TraitsStage Stage)
{
    private static readonly ScalarTraits[] Plain =
    [
        .. System.Enum.GetValues<ScalarType>().Select(type => new ScalarTraits(TraitsStage.Typed) { Type = type }),
    ];

    /// <summary>Those of a field of which nothing but its type is said.</summary>
    public static ScalarTraits Of(ScalarType type) => Plain[(int)type];

    public ScalarType? Type { get; init; }

    public EnumType? Enum { get; init; }

    public string? UnsupportedType { get; init; }

    public string? Documentation { get; init; }

    public string? MappedName { get; init; }

    public NativeType? NativeType { get; init; }

    public DefaultValue? Default { get; init; }

    public bool IsUpdatedAt { get; init; }

    public bool IsIgnored { get; init; }
}

internal enum TraitsStage : byte
{
    /// <summary>The type.</summary>
    Typed,

    /// <summary>The attributes too.</summary>
    Read,

    /// <summary>All of it, and it keeps the rules.</summary>
    Checked,
}

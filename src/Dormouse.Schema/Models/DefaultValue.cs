namespace Dormouse.Schema.Models;

/// <summary>The default of a field: one of the records below.</summary>
public abstract record DefaultValue;

/// <summary>A string, also for Json, Bytes (base64), DateTime and Decimal.</summary>
public sealed record StringDefault(string Value) : DefaultValue;

/// <summary>A number as written, for Int, BigInt, Float and Decimal.</summary>
public sealed record NumberDefault(string Text) : DefaultValue;

public sealed record BooleanDefault(bool Value) : DefaultValue
{
    internal static readonly BooleanDefault True = new(true);
    internal static readonly BooleanDefault False = new(false);
}

public sealed record EnumDefault(EnumValue Value) : DefaultValue;

public sealed record ListDefault(IReadOnlyList<DefaultValue> Items) : DefaultValue;

/// <summary>A value that is made for each record.</summary>
public sealed record FunctionDefault(DefaultFunction Function, int? Argument) : DefaultValue
{
    private static readonly FunctionDefault[] WithoutArgument =
    [
        .. Enum.GetValues<DefaultFunction>().Select(function => new FunctionDefault(function, null)),
    ];

    internal static FunctionDefault Of(DefaultFunction function, int? argument) =>
        argument is null ? WithoutArgument[(int)function] : new FunctionDefault(function, argument);
}

/// <summary><c>dbgenerated("…")</c>: an expression of the database, or none where the schema only says that there is one.</summary>
public sealed record DatabaseDefault(string? Expression) : DefaultValue;

public enum DefaultFunction
{
    /// <summary>A sequence of the database.</summary>
    Autoincrement,

    /// <summary>Made by the database as a default, and by the engine.</summary>
    Now,

    /// <summary>Argument: 1 (default) or 2.</summary>
    Cuid,

    /// <summary>Argument: 4 (default) or 7.</summary>
    Uuid,

    Ulid,

    /// <summary>Argument: the length, 21 if absent.</summary>
    Nanoid,
}

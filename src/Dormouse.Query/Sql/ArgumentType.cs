using Dormouse.Query.Values;

namespace Dormouse.Query.Sql;

/// <summary>The declared type of an argument, as far as it decides how the argument's text looks.</summary>
/// <param name="IsList">Elements of a list are converted one by one.</param>
/// <param name="Conversion">What a string stands for.</param>
internal readonly record struct ArgumentType(bool IsList, ArgumentConversion Conversion, InstantForm InstantForm)
{
    public static ArgumentType Unknown => default;

    public static ArgumentType Of(string? arity, string? scalarType, string? dbType) =>
        new(
            arity == "list",
            scalarType switch
            {
                "datetime" => ArgumentConversion.Instant,
                "bytes" => ArgumentConversion.Bytes,
                _ => ArgumentConversion.None,
            },
            dbType switch
            {
                "TIME" or "TIMETZ" => InstantForm.Time,
                "DATE" => InstantForm.Date,
                _ => InstantForm.DateTime,
            }
        );
}

internal enum ArgumentConversion : byte
{
    None,
    Instant,
    Bytes,
}

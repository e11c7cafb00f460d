using System.Text;
using Dormouse.Query.Documents;
using Dormouse.Query.Inputs.Bindings;
using Dormouse.Query.Inputs.Faults;
using Dormouse.Query.Inputs.Types;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>Why a literal is no value of a scalar type.</summary>
internal static class LiteralFaults
{
    /// <param name="literal">The number of the literal, or of the list that it is an item of.</param>
    public static Fault Of(
        DocumentPath selection,
        DocumentPath argument,
        InputType type,
        LiteralKind kind,
        ReadOnlyMemory<byte> raw,
        int literal
    )
    {
        var text = Encoding.UTF8.GetString(LiteralTable.TextOf(raw).Span);
        var scalar = (type as ScalarInputType)?.Type;
        return (scalar, kind) switch
        {
            (null, LiteralKind.Text) => new WrongValue(selection, argument, text, type.Name, literal: literal),
            (ScalarType.Int, LiteralKind.Number or LiteralKind.Decimal) => new TooLarge(selection, argument, Whole(kind, raw), literal),
            (ScalarType.BigInt, LiteralKind.Text) => Value("big integer String", IntegerReason(text)),
            (ScalarType.Decimal, LiteralKind.Text) => Value("decimal String", NumberText.Explain(Encoding.UTF8.GetBytes(text))),
            (ScalarType.DateTime, LiteralKind.Text) => Value("ISO-8601 DateTime", DateReason(text)),
            (ScalarType.Bytes, LiteralKind.Text) => Value(
                "base64 String",
                "Could not convert from `base64 encoded bytes` to `PrismaValue::Bytes`"
            ),
            (ScalarType.Json, LiteralKind.Json) => Value("JSON String", "the text is no JSON"),
            _ => new WrongType(
                selection,
                argument,
                type,
                () => GivenTypes.NameOf(kind, raw),
                // Another number might be an integer.
                scalar == ScalarType.BigInt
                && kind == LiteralKind.Number
                    ? literal
                    : null
            ),
        };

        WrongValue Value(string expected, string? reason) => new(selection, argument, text, expected, reason, literal);
    }

    private static string Whole(LiteralKind kind, ReadOnlyMemory<byte> raw) =>
        Encoding.ASCII.GetString(
            NumberText.Normalized(kind == LiteralKind.Number ? NumberText.Rounded(raw.Span) : LiteralTable.TextOf(raw).Span)
        );

    private static string? DateReason(string text) => Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out _, out var reason) ? null : reason;

    private static string IntegerReason(string text)
    {
        if (text.Length == 0)
        {
            return "cannot parse integer from empty string";
        }

        var digits = text[0] is '+' or '-' ? text[1..] : text;
        return digits.Length == 0 || !digits.All(char.IsAsciiDigit) ? "invalid digit found in string"
            : text[0] == '-' ? "number too small to fit in target type"
            : "number too large to fit in target type";
    }
}

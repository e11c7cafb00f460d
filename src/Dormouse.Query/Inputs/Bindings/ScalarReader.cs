using System.Buffers.Text;
using System.Text;
using Dormouse.Query.Documents;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Bindings;

/// <summary>
/// Literals as values of a scalar type, with the conversions that Prisma's engine allows and no others. The forms:
/// Int and Float are a <see cref="NumberValue"/>, an Int of more than 15 digits a <see cref="TextValue"/> of its digits (any 64-bit
/// integer is an Int here, PostgreSQL refuses what its column cannot hold); BigInt and Decimal are a TextValue of the digits, String a
/// TextValue, an enum a TextValue of the value's name in the database, Json a TextValue of the JSON text; DateTime is an
/// <see cref="InstantValue"/> in microseconds, Bytes a <see cref="BytesValue"/>, Boolean a <see cref="BooleanValue"/>.
/// </summary>
internal static class ScalarReader
{
    /// <param name="raw">The JSON text of the value: a string with its quotes, or a number.</param>
    public static bool TryRead(ScalarKind type, LiteralKind kind, ReadOnlyMemory<byte> raw, out PlanValue value)
    {
        PlanValue? read = type.Enum is { } values
            ? ReadEnum(values, kind, raw)
            : type.Type switch
            {
                ScalarType.String => kind == LiteralKind.Text ? new TextValue(LiteralTable.TextOf(raw)) : null,
                ScalarType.Int => ReadInt(kind, raw),
                ScalarType.BigInt => ReadBigInt(kind, raw),
                ScalarType.Float => ReadFloat(kind, raw),
                ScalarType.Decimal => ReadDecimal(kind, raw),
                ScalarType.DateTime => ReadDateTime(kind, raw),
                ScalarType.Bytes => ReadBytes(kind, raw),
                ScalarType.Json => JsonLiteral.Read(kind, raw),
                _ => null,
            };
        value = read ?? NullValue.Instance;
        return read is not null;
    }

    private static TextValue? ReadEnum(EnumType values, LiteralKind kind, ReadOnlyMemory<byte> raw) =>
        kind == LiteralKind.Text && values.TryGetValue(Encoding.UTF8.GetString(LiteralTable.TextOf(raw).Span), out var value)
            ? TextValue.Of(value.DatabaseName)
            : null;

    private static PlanValue? ReadInt(LiteralKind kind, ReadOnlyMemory<byte> raw) =>
        kind switch
        {
            LiteralKind.Number when NumberText.IsInteger(raw.Span) => Integer(raw),
            LiteralKind.Number when NumberText.TryTruncate(NumberText.Rounded(raw.Span), out var whole) => Integer(whole),
            LiteralKind.Decimal when NumberText.TryTruncate(LiteralTable.TextOf(raw).Span, out var whole) => Integer(whole),
            _ => null,
        };

    private static PlanValue Integer(ReadOnlyMemory<byte> digits) =>
        JsNumber.IsCanonicalInteger(digits.Span) ? NumberValue.FromText(digits) : new TextValue(digits);

    private static TextValue? ReadBigInt(LiteralKind kind, ReadOnlyMemory<byte> raw)
    {
        switch (kind)
        {
            case LiteralKind.Number when NumberText.IsInteger(raw.Span):
                return new TextValue(raw);
            case LiteralKind.Text or LiteralKind.BigInt:
                var digits = LiteralTable.TextOf(raw);
                return NumberText.IsInteger(digits.Span, allowPlus: true) ? new TextValue(NumberText.WithoutPlus(digits)) : null;
            default:
                return null;
        }
    }

    private static NumberValue? ReadFloat(LiteralKind kind, ReadOnlyMemory<byte> raw) =>
        kind switch
        {
            LiteralKind.Number when NumberText.IsInteger(raw.Span) => NumberValue.FromText(raw),
            LiteralKind.Number => NumberValue.FromText(NumberText.Rounded(raw.Span)),
            LiteralKind.Decimal when NumberText.IsDecimal(LiteralTable.TextOf(raw).Span) => NumberValue.FromText(LiteralTable.TextOf(raw)),
            _ => null,
        };

    private static TextValue? ReadDecimal(LiteralKind kind, ReadOnlyMemory<byte> raw) =>
        kind switch
        {
            LiteralKind.Number when NumberText.IsInteger(raw.Span) => new TextValue(raw),
            LiteralKind.Number => new TextValue(NumberText.Rounded(raw.Span)),
            LiteralKind.Text or LiteralKind.Decimal when NumberText.IsDecimal(LiteralTable.TextOf(raw).Span) => new TextValue(
                NumberText.Plain(LiteralTable.TextOf(raw))
            ),
            _ => null,
        };

    private static InstantValue? ReadDateTime(LiteralKind kind, ReadOnlyMemory<byte> raw) =>
        kind is LiteralKind.Text or LiteralKind.DateTime && Rfc3339.TryParse(LiteralTable.TextOf(raw).Span, out var instant, out _)
            ? new InstantValue(instant)
            : null;

    private static BytesValue? ReadBytes(LiteralKind kind, ReadOnlyMemory<byte> raw) =>
        kind is LiteralKind.Text or LiteralKind.Bytes && TryDecode(LiteralTable.TextOf(raw).Span, out var bytes)
            ? new BytesValue(bytes)
            : null;

    /// <summary>Base64 with its padding and nothing else, the unused bits of the last character being zero.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out byte[] bytes)
    {
        bytes = [];
        if (text.Length % 4 != 0 || text.ContainsAny(" \t\r\n"u8))
        {
            return false;
        }

        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, decoded, out var consumed, out var written) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        bytes = written == decoded.Length ? decoded : decoded[..written];
        return consumed == text.Length && IsCanonical(text, bytes);
    }

    private static bool IsCanonical(ReadOnlySpan<byte> text, ReadOnlySpan<byte> bytes)
    {
        var rest = bytes.Length % 3;
        if (rest == 0)
        {
            return true;
        }

        Span<byte> last = stackalloc byte[4];
        Base64.EncodeToUtf8(bytes[^rest..], last, out _, out _);
        return text.EndsWith(last);
    }
}

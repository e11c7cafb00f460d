using System.Text;
using Dormouse.Query.Json;
using Dormouse.Query.Values;

namespace Dormouse.Query.Processing;

/// <summary>Whether a value of the database and a value of a request mean the same key, although one may be text and one a number.</summary>
internal static class KeyEquality
{
    public static bool AreEqual(PlanValue left, PlanValue right) =>
        (left, right) switch
        {
            (TextValue a, TextValue b) => a.Utf8.Span.SequenceEqual(b.Utf8.Span),
            (NumberValue a, NumberValue b) => a.Value.Equals(b.Value),
            (BooleanValue a, BooleanValue b) => a.Value == b.Value,
            (BytesValue or TextValue, BytesValue or TextValue) => BytesOf(left).AsSpan().SequenceEqual(BytesOf(right)),
            (InstantValue, _) or (_, InstantValue) => InstantOf(left) is { } a && a == InstantOf(right),
            (NumberValue or TextValue, NumberValue or TextValue) => NumberOf(left).Equals(NumberOf(right)),
            (NothingValue, _) or (_, NothingValue) => left.GetType() == right.GetType(),
            _ => JsonValues.Serialize(left).Span.SequenceEqual(JsonValues.Serialize(right).Span),
        };

    private static byte[] BytesOf(PlanValue value)
    {
        if (value is BytesValue bytes)
        {
            return bytes.Bytes;
        }

        // Bytes of a request are base64.
        var text = ((TextValue)value).ToString();
        var buffer = new byte[(text.Length * 3 / 4) + 3];
        return Convert.TryFromBase64String(text, buffer, out var written) ? buffer[..written] : Encoding.UTF8.GetBytes(text);
    }

    private static Instant? InstantOf(PlanValue value) =>
        value switch
        {
            InstantValue instant => instant.Instant?.TruncatedToMilliseconds(),
            TextValue text => Instant.Parse(text.Utf8.Span)?.TruncatedToMilliseconds(),
            NumberValue number => Instant.FromUnixMilliseconds(number.Value),
            _ => null,
        };

    private static double NumberOf(PlanValue value) =>
        value is NumberValue number ? number.Value : JsNumber.Parse(((TextValue)value).Utf8.Span);
}

using System.Buffers.Text;
using System.Text;

namespace Dormouse.Query.Values;

/// <summary>
/// A value while a plan runs, with the meaning that the reference gives it in JavaScript. Values are immutable; rows of queries stay
/// in their <see cref="Rows.RowTable"/> and are only pointed at (<see cref="RowsValue"/>, <see cref="RowValue"/>).
/// </summary>
internal abstract class PlanValue
{
    /// <summary>What typeof says; error texts name it.</summary>
    public abstract string TypeName { get; }

    public bool IsNullish => this is NullValue or NothingValue;
}

/// <summary>The value of a node that has none.</summary>
internal sealed class NothingValue : PlanValue
{
    public static readonly NothingValue Instance = new();

    public override string TypeName => "undefined";
}

internal sealed class NullValue : PlanValue
{
    public static readonly NullValue Instance = new();

    public override string TypeName => "object";
}

internal sealed class BooleanValue : PlanValue
{
    public static readonly BooleanValue True = new(true);
    public static readonly BooleanValue False = new(false);

    private BooleanValue(bool value) => Value = value;

    public bool Value { get; }

    public override string TypeName => "boolean";

    public static BooleanValue Of(bool value) => value ? True : False;
}

/// <summary>A JavaScript number. A number that came as plain digits keeps its text, so that it is neither parsed nor printed again.</summary>
internal sealed class NumberValue : PlanValue
{
    private readonly ReadOnlyMemory<byte> text;
    private double value;

    public NumberValue(double value)
    {
        this.value = value;
        text = ReadOnlyMemory<byte>.Empty;
    }

    private NumberValue(ReadOnlyMemory<byte> text)
    {
        this.text = text;
        value = double.NaN;
    }

    public double Value
    {
        get
        {
            if (!text.IsEmpty && double.IsNaN(value))
            {
                value = JsNumber.Parse(text.Span);
            }

            return value;
        }
    }

    public override string TypeName => "number";

    /// <summary>The number as JavaScript prints it.</summary>
    public ReadOnlyMemory<byte> Text => text.IsEmpty ? JsNumber.Format(value) : text;

    public static NumberValue FromText(ReadOnlyMemory<byte> text) =>
        JsNumber.IsCanonicalInteger(text.Span) ? new NumberValue(text) : new NumberValue(JsNumber.Parse(text.Span));
}

/// <summary>A string, as UTF-8.</summary>
internal sealed class TextValue(ReadOnlyMemory<byte> utf8, bool fromDatabase = false) : PlanValue
{
    public ReadOnlyMemory<byte> Utf8 { get; } = utf8;

    /// <summary>A timestamp that PostgreSQL sent keeps its microseconds on the way back; one of the client has milliseconds only.</summary>
    public bool FromDatabase { get; } = fromDatabase;

    public override string TypeName => "string";

    public static TextValue Of(string text) => new(Encoding.UTF8.GetBytes(text));

    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}

internal sealed class BytesValue(byte[] bytes) : PlanValue
{
    public byte[] Bytes { get; } = bytes;

    public override string TypeName => "object";

    public byte[] ToBase64()
    {
        var encoded = new byte[Base64.GetMaxEncodedToUtf8Length(Bytes.Length)];
        Base64.EncodeToUtf8(Bytes, encoded, out _, out var written);
        return written == encoded.Length ? encoded : encoded[..written];
    }
}

/// <summary>A JavaScript Date; null for an invalid one.</summary>
internal sealed class InstantValue(Instant? instant) : PlanValue
{
    public Instant? Instant { get; } = instant;

    public override string TypeName => "object";
}

internal sealed class ListValue(IReadOnlyList<PlanValue> items) : PlanValue
{
    public static readonly ListValue Empty = new([]);

    public IReadOnlyList<PlanValue> Items { get; } = items;

    public override string TypeName => "object";
}

/// <summary>An object with named values, in order.</summary>
internal sealed class RecordValue(OrderedDictionary<string, PlanValue> fields) : PlanValue
{
    public OrderedDictionary<string, PlanValue> Fields { get; } = fields;

    public override string TypeName => "object";
}

/// <summary>Marks that the answer is written already.</summary>
internal sealed class WrittenValue : PlanValue
{
    public static readonly WrittenValue Instance = new();

    public override string TypeName => "object";
}

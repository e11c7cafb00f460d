using System.Globalization;
using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;

namespace Dormouse.Query.Documents;

/// <summary>
/// Reads a query document of protocol A and tells a sink what is shape and what is literal. The one place that knows the difference:
/// strings and numbers below a member called "arguments" are literals, and so are tagged values; names, nulls, booleans and every
/// other string are shape. A list of literals is one literal, so that lists of any length share a plan.
/// </summary>
internal ref struct DocumentWalker<TSink>
    where TSink : IDocumentSink
{
    private const int FiniteDigits = 308;

    private readonly ReadOnlySpan<byte> json;
    private readonly TSink sink;
    private readonly List<LiteralItem> items = [];
    private Utf8JsonReader reader;

    private DocumentWalker(ReadOnlySpan<byte> json, TSink sink, int maxDepth)
    {
        this.json = json;
        this.sink = sink;
        reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
    }

    /// <exception cref="PlanException">The text is no JSON object, or nested too deeply.</exception>
    public static void Walk(ReadOnlySpan<byte> json, TSink sink, int maxDepth)
    {
        var walker = new DocumentWalker<TSink>(json, sink, maxDepth);
        try
        {
            walker.WalkRoot();
        }
        catch (JsonException e)
        {
            throw DocumentFailure.Malformed("it is no valid JSON, or nested too deeply.", e);
        }
    }

    private void WalkRoot()
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw DocumentFailure.Malformed("it is no JSON object.");
        }

        WalkMembers(Lifting.Nothing);
        if (reader.Read())
        {
            throw DocumentFailure.Malformed("something follows its end.");
        }
    }

    /// <summary>From an object's first brace to its last.</summary>
    private void WalkMembers(Lifting lifting)
    {
        sink.BeginObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isArguments = lifting == Lifting.Nothing && Is(reader, "arguments"u8);
            sink.Name(RawToken());
            reader.Read();
            if (isArguments && reader.TokenType == JsonTokenType.StartObject)
            {
                // Never a tagged value itself.
                WalkMembers(Lifting.Literals);
            }
            else
            {
                WalkValue(isArguments ? Lifting.Literals : lifting);
            }
        }

        sink.EndObject();
    }

    private void WalkValue(Lifting lifting)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                WalkObject(lifting);
                break;
            case JsonTokenType.StartArray:
                WalkList(lifting);
                break;
            case JsonTokenType.Null:
                sink.Null();
                break;
            case JsonTokenType.True or JsonTokenType.False:
                sink.Boolean(reader.TokenType == JsonTokenType.True);
                break;
            case var token when lifting != Lifting.Nothing || token == JsonTokenType.Number:
                sink.Literal(
                    token == JsonTokenType.String ? LiteralKind.Text : LiteralKind.Number,
                    (int)reader.TokenStartIndex,
                    TokenLength()
                );
                break;
            default:
                sink.Text(RawToken());
                break;
        }
    }

    private void WalkObject(Lifting lifting)
    {
        if (lifting != Lifting.Literals || !IsTagged(reader, out var tag))
        {
            WalkMembers(lifting);
            return;
        }

        if (KindOf(tag) is { } kind && TryReadTaggedLiteral(ref reader, out var start, out var length))
        {
            sink.Literal(kind, start, length);
            return;
        }

        switch (tag)
        {
            case Tag.Enum:
                EnterTaggedValue(JsonTokenType.String);
                sink.Enum(RawToken());
                LeaveTaggedValue();
                break;
            case Tag.FieldReference:
                WalkFieldReference();
                break;
            case Tag.Raw:
                EnterTaggedValue(null);
                sink.BeginRaw();
                WalkValue(Lifting.RawLiterals);
                sink.EndRaw();
                LeaveTaggedValue();
                break;
            case Tag.Unknown:
                WalkMembers(lifting);
                break;
            default:
                throw DocumentFailure.Malformed("a value does not have the form of its '$type'.");
        }
    }

    private void WalkFieldReference()
    {
        EnterTaggedValue(JsonTokenType.StartObject);
        ReadOnlySpan<byte> field = default;
        ReadOnlySpan<byte> container = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isField = Is(reader, "_ref"u8);
            var isContainer = Is(reader, "_container"u8);
            reader.Read();
            if (isField && reader.TokenType == JsonTokenType.String)
            {
                field = RawToken();
            }
            else if (isContainer && reader.TokenType == JsonTokenType.String)
            {
                container = RawToken();
            }
            else
            {
                reader.Skip();
            }
        }

        sink.FieldReference(field, container);
        LeaveTaggedValue();
    }

    private void WalkList(Lifting lifting)
    {
        var start = (int)reader.TokenStartIndex;
        if (lifting != Lifting.Nothing && TryReadLiterals(reader, lifting, out var behind))
        {
            reader = behind;
            sink.LiteralList(start, (int)reader.BytesConsumed - start, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(items));
            return;
        }

        sink.BeginList();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            WalkValue(lifting);
        }

        sink.EndList();
    }

    /// <summary>Reads a list that holds literals only, at least one; otherwise false, and the list is to be walked.</summary>
    private readonly bool TryReadLiterals(Utf8JsonReader ahead, Lifting lifting, out Utf8JsonReader behind)
    {
        items.Clear();
        while (ahead.Read() && ahead.TokenType != JsonTokenType.EndArray)
        {
            switch (ahead.TokenType)
            {
                case JsonTokenType.String:
                    items.Add(new LiteralItem(LiteralKind.Text, (int)ahead.TokenStartIndex, LengthOf(ahead)));
                    break;
                case JsonTokenType.Number:
                    items.Add(new LiteralItem(LiteralKind.Number, (int)ahead.TokenStartIndex, LengthOf(ahead)));
                    break;
                case JsonTokenType.StartObject
                    when lifting == Lifting.Literals
                        && IsTagged(ahead, out var tag)
                        && KindOf(tag) is { } kind
                        && TryReadTaggedLiteral(ref ahead, out var start, out var length):
                    items.Add(new LiteralItem(kind, start, length));
                    break;
                default:
                    behind = default;
                    return false;
            }
        }

        behind = ahead;
        return items.Count > 0;
    }

    private void EnterTaggedValue(JsonTokenType? expected)
    {
        // {, "$type", tag, "value", and then its first token.
        for (var i = 0; i < 3; i++)
        {
            reader.Read();
        }

        if (reader.TokenType != JsonTokenType.PropertyName || !Is(reader, "value"u8))
        {
            throw DocumentFailure.Malformed("a value with a '$type' has no 'value' behind it.");
        }

        reader.Read();
        if (expected is not null && reader.TokenType != expected)
        {
            throw DocumentFailure.Malformed("a value does not have the form of its '$type'.");
        }
    }

    private void LeaveTaggedValue()
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.EndObject)
        {
            throw DocumentFailure.Malformed("a value with a '$type' has other members.");
        }
    }

    private static bool IsTagged(Utf8JsonReader ahead, out Tag tag)
    {
        tag = Tag.Unknown;
        ahead.Read();
        if (ahead.TokenType != JsonTokenType.PropertyName || !Is(ahead, "$type"u8))
        {
            return false;
        }

        ahead.Read();
        if (ahead.TokenType == JsonTokenType.String)
        {
            tag = TagOf(ahead);
        }

        return true;
    }

    /// <summary>From the first brace of a tagged literal to its last; its value is a string or a number.</summary>
    private static bool TryReadTaggedLiteral(ref Utf8JsonReader reader, out int start, out int length)
    {
        start = 0;
        length = 0;
        var ahead = reader;
        for (var i = 0; i < 4; i++)
        {
            ahead.Read();
            if (i == 2 && (ahead.TokenType != JsonTokenType.PropertyName || !Is(ahead, "value"u8)))
            {
                return false;
            }
        }

        if (ahead.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
        {
            return false;
        }

        start = (int)ahead.TokenStartIndex;
        length = LengthOf(ahead);
        ahead.Read();
        if (ahead.TokenType != JsonTokenType.EndObject)
        {
            return false;
        }

        reader = ahead;
        return true;
    }

    private static Tag TagOf(in Utf8JsonReader at) =>
        Is(at, "DateTime"u8) ? Tag.DateTime
        : Is(at, "BigInt"u8) ? Tag.BigInt
        : Is(at, "Decimal"u8) ? Tag.Decimal
        : Is(at, "Bytes"u8) ? Tag.Bytes
        : Is(at, "Json"u8) ? Tag.Json
        : Is(at, "Enum"u8) ? Tag.Enum
        : Is(at, "FieldRef"u8) ? Tag.FieldReference
        : Is(at, "Raw"u8) ? Tag.Raw
        : Tag.Unknown;

    /// <summary>Whether a name or string is the given one; one that is no text is none.</summary>
    private static bool Is(in Utf8JsonReader at, ReadOnlySpan<byte> text) =>
        !(at.ValueIsEscaped && JsonStrings.HasLoneSurrogate(at.ValueSpan)) && at.ValueTextEquals(text);

    private static LiteralKind? KindOf(Tag tag) =>
        tag switch
        {
            Tag.DateTime => LiteralKind.DateTime,
            Tag.BigInt => LiteralKind.BigInt,
            Tag.Decimal => LiteralKind.Decimal,
            Tag.Bytes => LiteralKind.Bytes,
            Tag.Json => LiteralKind.Json,
            _ => null,
        };

    private readonly ReadOnlySpan<byte> RawToken() => json.Slice((int)reader.TokenStartIndex, TokenLength());

    private readonly int TokenLength() => LengthOf(reader);

    /// <summary>The length of a string with its quotes, of a name with its quotes, of a number.</summary>
    /// <exception cref="PlanException">The string is no text, or the number none that a float can hold.</exception>
    private static int LengthOf(in Utf8JsonReader at)
    {
        if (at.ValueIsEscaped && JsonStrings.HasLoneSurrogate(at.ValueSpan))
        {
            throw DocumentFailure.Malformed("a text holds half of a surrogate pair, which is no character.");
        }

        if (at.TokenType != JsonTokenType.Number)
        {
            return at.ValueSpan.Length + 2;
        }

        // A few bytes may stand for a number of a billion digits.
        return IsFinite(at.ValueSpan)
            ? at.ValueSpan.Length
            : throw DocumentFailure.Malformed("a number is beyond all that a float can hold.");
    }

    /// <summary>Without an exponent, numbers of some hundred digits are finite whatever they are.</summary>
    private static bool IsFinite(ReadOnlySpan<byte> number) =>
        (number.Length <= FiniteDigits && number.IndexOfAny((byte)'e', (byte)'E') < 0)
        || double.IsFinite(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture));

    private enum Lifting : byte
    {
        /// <summary>Outside of arguments.</summary>
        Nothing,

        /// <summary>Strings and numbers, and what has a tag.</summary>
        Literals,

        /// <summary>Strings and numbers: within <c>Raw</c> a "$type" is data, however deep.</summary>
        RawLiterals,
    }

    private enum Tag : byte
    {
        Unknown,
        DateTime,
        BigInt,
        Decimal,
        Bytes,
        Json,
        Enum,
        FieldReference,
        Raw,
    }
}

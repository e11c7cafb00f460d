using System.Buffers;
using System.Buffers.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;
using Dormouse.Query.Values;

namespace Dormouse.Query.Mapping;

/// <summary>Values with a type tag, <c>{"$type":"…","value":"…"}</c>, which the client turns into its own types.</summary>
internal static class TaggedValues
{
    /// <summary>A value that is written as it stands.</summary>
    public static void Plain(AnswerWriter answer, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> text)
    {
        answer.Raw("{\"$type\":\""u8);
        answer.Raw(tag);
        answer.Raw("\",\"value\":"u8);
        answer.Text(text);
        answer.Byte((byte)'}');
    }

    public static void Decimal(AnswerWriter answer, ReadOnlySpan<byte> text)
    {
        answer.Raw("{\"$type\":\"Decimal\",\"value\":\""u8);
        var room = answer.Reserve(DecimalText.MaxLength(text.Length));
        var written = DecimalText.Write(text, room);
        if (written == 0)
        {
            throw PlanFailure.Plain($"[DecimalError] Invalid argument: {System.Text.Encoding.UTF8.GetString(text)}");
        }

        answer.Advance(written);
        answer.Raw("\"}"u8);
    }

    /// <summary>"2024-01-01 00:00:00.123456", with "+00" or another zone behind it: copied where the form allows it, else computed.</summary>
    public static void Timestamp(AnswerWriter answer, ReadOnlySpan<byte> text)
    {
        const int wholeSeconds = 19;
        var local = text.EndsWith("+00"u8) ? text[..^3] : text;
        if (local.Length < wholeSeconds || local.Length > wholeSeconds + 7 || local[4] != (byte)'-' || local[16] != (byte)':')
        {
            InstantOf(answer, Instant.Parse(text));
            return;
        }

        var fraction = local[wholeSeconds..];
        if (fraction.Length > 0 && (fraction[0] != (byte)'.' || fraction[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9')))
        {
            InstantOf(answer, Instant.Parse(text));
            return;
        }

        answer.Raw("{\"$type\":\"DateTime\",\"value\":\""u8);
        var room = answer.Reserve(24);
        local[..wholeSeconds].CopyTo(room);
        room[10] = (byte)'T';
        ".000Z"u8.CopyTo(room[wholeSeconds..]);
        fraction[..Math.Min(4, fraction.Length)].CopyTo(room[wholeSeconds..]);
        answer.Advance(24);
        answer.Raw("\"}"u8);
    }

    public static void Date(AnswerWriter answer, ReadOnlySpan<byte> text)
    {
        if (text.Length != 10 || text[4] != (byte)'-')
        {
            InstantOf(answer, Instant.Parse(text));
            return;
        }

        answer.Raw("{\"$type\":\"DateTime\",\"value\":\""u8);
        answer.Raw(text);
        answer.Raw("T00:00:00.000Z\"}"u8);
    }

    /// <summary>A timestamp, date or time of day in any form; what has no zone is UTC, what has no date is of 1970-01-01.</summary>
    public static void AnyInstant(AnswerWriter answer, ReadOnlySpan<byte> text)
    {
        if (text.Length >= 8 && text[2] == (byte)':')
        {
            InstantOf(answer, Instant.Parse([.. "1970-01-01T"u8, .. text]));
            return;
        }

        InstantOf(answer, Instant.Parse(text));
    }

    public static void InstantOf(AnswerWriter answer, Instant? instant)
    {
        answer.Raw("{\"$type\":\"DateTime\",\"value\":\""u8);
        var written = InstantText.WriteIso(instant ?? throw PlanFailure.Plain("Invalid time value"), answer.Reserve(InstantText.MaxLength));
        answer.Advance(written);
        answer.Raw("\"}"u8);
    }

    public static void Bytes(AnswerWriter answer, ReadOnlySpan<byte> bytes)
    {
        answer.Raw("{\"$type\":\"Bytes\",\"value\":\""u8);
        answer.EncodeBase64(bytes);
        answer.Raw("\"}"u8);
    }

    public static void HexBytes(AnswerWriter answer, ReadOnlySpan<byte> hex)
    {
        answer.Raw("{\"$type\":\"Bytes\",\"value\":\""u8);
        Base64OfHex(answer, hex);
        answer.Raw("\"}"u8);
    }

    /// <summary>Base64, without quotes, of bytes in hex.</summary>
    public static void Base64OfHex(AnswerWriter answer, ReadOnlySpan<byte> hex)
    {
        var room = answer.Reserve(Base64.GetMaxEncodedToUtf8Length((hex.Length / 2) + 1));
        var status = Convert.FromHexString(hex, room, out _, out var bytes);
        if (status != OperationStatus.Done || Base64.EncodeToUtf8InPlace(room, bytes, out var written) != OperationStatus.Done)
        {
            throw PlanFailure.Plain("A bytes value is no valid hex text.");
        }

        answer.Advance(written);
    }

    /// <summary>A JSON document as a JSON string of its compact text.</summary>
    public static void Json(AnswerWriter answer, ReadOnlySpan<byte> document)
    {
        answer.Raw("{\"$type\":\"Json\",\"value\":\""u8);
        var room = answer.Reserve(checked(document.Length * 2));
        var inString = false;
        var length = 0;
        for (var i = 0; i < document.Length; i++)
        {
            var c = document[i];
            switch (c)
            {
                case (byte)'"':
                    inString = !inString;
                    room[length++] = (byte)'\\';
                    room[length++] = c;
                    break;
                case (byte)'\\':
                    // The escape and what it escapes stay together, so that an escaped quote does not end the string.
                    room[length++] = c;
                    room[length++] = c;
                    if (++i < document.Length)
                    {
                        if (document[i] is (byte)'"' or (byte)'\\')
                        {
                            room[length++] = (byte)'\\';
                        }

                        room[length++] = document[i];
                    }

                    break;
                case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' when !inString:
                    break;
                default:
                    room[length++] = c;
                    break;
            }
        }

        answer.Advance(length);
        answer.Raw("\"}"u8);
    }
}

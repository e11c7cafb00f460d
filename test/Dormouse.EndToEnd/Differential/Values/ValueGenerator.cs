using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Values;

/// <summary>
/// Values for fields, from small pools so that filters hit and unique values collide. Instants lie before 2026 and texts are short, so
/// that generated values are told from them (<see cref="Runs.Masks"/>).
/// </summary>
internal sealed class ValueGenerator(Dice dice, SchemaBlueprint schema)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Texts =
    [
        "",
        "a",
        "b",
        "A",
        "ab",
        "it's",
        "a_b%",
        "c:\\d",
        "\"q\"",
        "$1",
        "ä☃",
        "日本",
        "😀",
        "two\nlines",
        " a ",
        "hello world",
        "null",
        "1",
    ];

    private static readonly string[] Documents =
    [
        "{}",
        "[]",
        "1",
        "\"a\"",
        "true",
        "{\"a\":1}",
        "{\"a\":{\"b\":[1,2,\"x\"]},\"c\":null}",
        "[1,\"a\",null]",
        "{\"a\":\"Ab\"}",
        "[{\"a\":1}]",
        "1.5",
        "{\"it's\":\"\\\"\"}",
    ];

    private static readonly string[] Uuids =
    [
        "00000000-0000-4000-8000-000000000001",
        "00000000-0000-4000-8000-000000000002",
        "00000000-0000-4000-8000-000000000003",
        "00000000-0000-4000-8000-00000000000a",
    ];

    private static readonly string[] Instants =
    [
        "2000-01-01T00:00:00.000Z",
        "2020-02-29T12:34:56.789Z",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00.000Z",
        "2024-06-30T23:00:00.010Z",
        "1900-05-05T05:05:05.000Z",
    ];

    private static readonly string[] Base64 = ["", "AA==", "aGVsbG8=", "/wD/", "J1wn"];

    private static readonly string[] Xmls = ["<a/>", "<a>b</a>"];

    /// <summary>A value for a field, a list where the field is one; now and then null where it may be.</summary>
    public Value Next(FieldBlueprint field)
    {
        if (!field.IsRequired && dice.OneIn(4))
        {
            return Value.Null;
        }
        return field.IsList ? ListOf(field) : Element(field);
    }

    /// <summary>Some values in a list.</summary>
    public Value ListOf(FieldBlueprint field, int most = 3) =>
        Value.ListOf([.. Enumerable.Range(0, dice.Below(most + 1)).Select(_ => Element(field))]);

    /// <summary>A value that is neither null nor a list.</summary>
    public Value Element(FieldBlueprint field) =>
        field.Kind switch
        {
            _ when field.Unsupported is { } type => new Value(Unsupported(type), "null"),
            ScalarKind.Int => Int(field.NativeName),
            ScalarKind.BigInt => BigInt(
                dice.Pick(["0", "1", "2", "-5", "9007199254740993", "9223372036854775807", "-9223372036854775808"])
            ),
            ScalarKind.Float => Float(field.NativeName),
            ScalarKind.Decimal => Decimal(field.Native),
            ScalarKind.Boolean => dice.OneIn(2) ? new Value("t", "true") : new Value("f", "false"),
            ScalarKind.String => Text(TextOf(field)),
            ScalarKind.DateTime => Instant(field),
            ScalarKind.Json => Document(),
            ScalarKind.Bytes => Bytes(dice.Pick(Base64)),
            _ => EnumValue(schema.Enum(field.EnumName!)),
        };

    /// <summary>What the database takes for a type that no client can write.</summary>
    public static string Unsupported(string type) =>
        type switch
        {
            "circle" => "<(0,0),1>",
            "interval" => "1 day",
            "int4range" => "[1,3)",
            _ => "a b",
        };

    /// <summary>A document for a Json field.</summary>
    public Value Document()
    {
        string document = dice.Pick(Documents);
        return new Value(document, document);
    }

    public static Value Text(string text) => new(text, JsonSerializer.Serialize(text, Plain));

    private Value Int(string native) =>
        Number(native == "SmallInt" ? dice.Pick([0, 1, 2, -3, 32767]) : dice.Pick([0, 1, 2, 3, 4, 5, 7, -1, -3, 2147483647, -2147483648]));

    private static Value Number(int number)
    {
        string text = number.ToString(CultureInfo.InvariantCulture);
        return new Value(text, text);
    }

    private Value BigInt(string text) =>
        text.Length < 5 && dice.OneIn(3) ? new Value(text, text) : new Value(text, $"{{\"$type\":\"BigInt\",\"value\":\"{text}\"}}");

    private Value Float(string native)
    {
        string text =
            native == "Real" ? dice.Pick(["0", "1.5", "-2.25", "100"]) : dice.Pick(["0", "1.5", "-2.25", "0.1", "1e21", "-1e-7", "3"]);
        return new Value(text, text);
    }

    private Value Decimal(string native)
    {
        string text = native switch
        {
            "Decimal(10, 2)" => dice.Pick(["0", "1.5", "-2.25", "99999999.99", "10"]),
            "Decimal(30, 0)" => dice.Pick(["0", "7", "-123456789012345678901234567890"]),
            _ => dice.Pick(["0", "1.5", "-2.25", "0.1", "100", "12345678901234567890.123456789", "1000"]),
        };
        return dice.Below(3) switch
        {
            0 => new Value(text, $"\"{text}\""),
            1 when text.Length < 8 => new Value(text, text),
            _ => new Value(text, $"{{\"$type\":\"Decimal\",\"value\":\"{text}\"}}"),
        };
    }

    private string TextOf(FieldBlueprint field) =>
        field.NativeName switch
        {
            "Uuid" => dice.Pick(Uuids),
            "Char" => dice.Pick(["a", "abc", "", "ä☃", "B"]),
            "Inet" => dice.Pick(["127.0.0.1", "10.0.0.0/8", "::1"]),
            "Bit" => dice.Pick(["101", "000", "111"]),
            "VarBit" => dice.Pick(["101", "", "1"]),
            "Xml" => dice.Pick(Xmls),
            _ => dice.Pick(Texts),
        };

    private Value Instant(FieldBlueprint field)
    {
        string iso = dice.Pick(Instants);
        (string stored, string sent) = field.NativeName switch
        {
            "Date" => (iso[..10], iso[..10] + "T00:00:00.000Z"),
            "Time" or "Timetz" => (iso[11..23], "1970-01-01T" + iso[11..]),
            _ => (iso, iso),
        };
        string json = $"{{\"$type\":\"DateTime\",\"value\":\"{sent}\"}}";
        return new Value(stored, dice.OneIn(3) ? $"\"{sent}\"" : json);
    }

    private static Value Bytes(string base64) =>
        new("\\x" + Convert.ToHexStringLower(Convert.FromBase64String(base64)), $"{{\"$type\":\"Bytes\",\"value\":\"{base64}\"}}");

    private Value EnumValue(EnumBlueprint one)
    {
        (string name, string stored) = dice.Pick(one.Values);
        return new Value(stored, $"\"{name}\"");
    }

    /// <summary>A text with much in it that hostile input has.</summary>
    public static string Repeated(string part, int times) => new StringBuilder(part.Length * times).Insert(0, part, times).ToString();
}

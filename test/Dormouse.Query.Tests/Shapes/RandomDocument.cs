using System.Globalization;
using System.Text;

namespace Dormouse.Query.Tests.Shapes;

/// <summary>Documents of the form that clients send, without blanks, with whatever may stand in them; the same ones for the same seed.</summary>
internal sealed class RandomDocument(int seed)
{
    private const int MaxDepth = 6;

    private static readonly string[] Names = ["id", "where", "data", "arguments", "selection", "$type", "value", "a\\u0062", "ä", "\\\"{"];

    private static readonly string[] Texts =
    [
        "",
        "x",
        "ß漢😀",
        "\\\"\\\\\\/\\n",
        "\\ud83d\\ude00",
        "\\u0001\\u0002s]",
        "{\\\"$type\\\":\\\"Raw\\\"}",
        "DbNull",
        "]},{[:",
    ];

    private static readonly string[] Numbers =
    [
        "0",
        "-0",
        "-1",
        "9223372036854775808",
        "1.50",
        "1e-7",
        "1E+300",
        "123456789012345678901234567890",
    ];
    private static readonly string[] LiteralTags = ["DateTime", "BigInt", "Decimal", "Bytes", "Json"];

    private readonly Random random = new(seed);
    private readonly StringBuilder text = new();

    public string Next()
    {
        text.Clear().Append("{\"modelName\":\"User\",\"action\":\"findMany\",\"query\":");
        Part(0);
        return text.Append('}').ToString();
    }

    /// <summary>Arguments and selection.</summary>
    private void Part(int depth)
    {
        text.Append("{\"arguments\":");
        Members(depth, () => Value(depth + 1, isRaw: false), mayBeTagged: false);
        text.Append(",\"selection\":");
        Members(
            depth,
            () =>
            {
                if (depth < MaxDepth && random.Next(3) == 0)
                {
                    Part(depth + 1);
                }
                else
                {
                    text.Append(random.Next(2) == 0 ? "true" : "false");
                }
            },
            mayBeTagged: false
        );
        text.Append('}');
    }

    private void Value(int depth, bool isRaw)
    {
        switch (random.Next(depth < MaxDepth ? 11 : 7))
        {
            case 0:
                text.Append("null");
                break;
            case 1:
                text.Append(random.Next(2) == 0 ? "true" : "false");
                break;
            case 2 or 3:
                Text();
                break;
            case 4:
                text.Append(Pick(Numbers));
                break;
            case 5 when !isRaw:
                Tagged(depth);
                break;
            case 5 or 6:
                text.Append(random.Next(1000).ToString(CultureInfo.InvariantCulture));
                break;
            case 7 or 8:
                Members(depth, () => Value(depth + 1, isRaw), mayBeTagged: isRaw);
                break;
            default:
                List(() => Value(depth + 1, isRaw));
                break;
        }
    }

    private void Tagged(int depth)
    {
        switch (random.Next(6))
        {
            case 0:
                text.Append("{\"$type\":\"Enum\",\"value\":");
                Text();
                break;
            case 1:
                text.Append("{\"$type\":\"FieldRef\",\"value\":{\"_ref\":");
                Text();
                text.Append(",\"_container\":");
                Text();
                text.Append('}');
                break;
            case 2:
                text.Append("{\"$type\":\"Raw\",\"value\":");
                Value(depth + 1, isRaw: true);
                break;
            default:
                text.Append("{\"$type\":\"").Append(Pick(LiteralTags)).Append("\",\"value\":");
                Text();
                break;
        }

        text.Append('}');
    }

    private void Members(int depth, Action value, bool mayBeTagged)
    {
        text.Append('{');
        var count = random.Next(Math.Max(1, 5 - depth));
        for (var i = 0; i < count; i++)
        {
            // Below Raw "$type" is a name like any other.
            var name = Pick(Names);
            text.Append(i == 0 ? "\"" : ",\"")
                .Append(
                    name == "$type" && !mayBeTagged ? "id"
                    : name == "arguments" ? "args"
                    : name
                );
            text.Append("\":");
            value();
        }

        text.Append('}');
    }

    private void List(Action value)
    {
        text.Append('[');
        for (var i = random.Next(4); i > 0; i--)
        {
            value();
            text.Append(i > 1 ? "," : "");
        }

        text.Append(']');
    }

    private void Text() => text.Append('"').Append(Pick(Texts)).Append('"');

    private string Pick(string[] from) => from[random.Next(from.Length)];
}

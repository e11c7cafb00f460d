using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Runs;
using Dormouse.EndToEnd.Differential.Values;
using Dormouse.EndToEnd.Platform;

namespace Dormouse.EndToEnd.Differential.Hostile;

/// <summary>
/// Texts that mean something to SQL, to JSON or to a program, in every place of an operation into which a text can be put, are texts and
/// nothing else: answers and rows are those of Prisma's engine.
/// </summary>
public sealed class HostileTests(SharedPlatform shared, ITestOutputHelper output)
{
    private const int ToldMax = 40;
    private const int LengthMax = 3_000;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Texts =
    [
        "'",
        "''",
        "\"",
        "\\",
        "\\'",
        "$1",
        "'; DROP TABLE \"Owner\"; --",
        "') OR 1=1 --",
        "\"; SELECT 1; --",
        "\0",
        "a\0b",
        "%",
        "_",
        "\\%",
        "c:\\d",
        "$$",
        "/*",
        "*/ --",
        ":name",
        "?",
        "@p0",
        "E'\\x41'",
        "U&'\\0041'",
        "::int",
        "NULL",
        "null",
        "{}",
        "[1]",
        "{a,b}",
        "\r\n\t",
        "\u0001",
        "\uFEFF",
        "\uFFFF",
        "\u202Eabc",
        "😀",
        " ",
        "",
        "9223372036854775808",
        "1e400",
        "NaN",
        "Infinity",
        "2020-13-45",
        "infinity",
        "toString",
        "__proto__",
        ValueGenerator.Repeated("x'\"", 5_000),
    ];

    // No text at all: half of a pair, as a program makes it that cuts strings apart.
    private static readonly string[] BrokenTexts = ["\"\\ud83d\"", "\"a\\udc00\"", "\"\\udc00\\ud83d\""];

    [Fact]
    public async Task Hostile_texts_are_texts_everywhere()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using Sides sides = await Sides.OpenAsync(shared, "hostile", cancellationToken);
        using Arena arena = new(sides);
        await arena.ApplyAsync(HostileSchema.Schema, cancellationToken);
        await arena.ResetAsync(HostileSchema.Rows, cancellationToken);
        List<string> differences = [];
        int compared = 0;
        foreach (string slot in HostileSlots.All)
        {
            foreach (string text in Texts)
            {
                Step step = Step.Of(JsonNode.Parse(Filled(slot, text))!.AsObject());
                Comparison comparison = await arena.RunAsync(step, cancellationToken);
                compared += comparison.PeerBroke ? 0 : 1;
                if (comparison is { PeerBroke: false, Difference: { } difference })
                {
                    differences.Add($"{slot} with {Brief(Quoted(text))}\n{Brief(difference.Text)}");
                }
                if (step.Writes)
                {
                    await arena.ResetAsync(cancellationToken);
                }
            }
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{compared} compared"));
        Assert.True(compared > HostileSlots.All.Count * Texts.Length * 9 / 10, $"only {compared} compared");
        Assert.True(
            differences.Count == 0,
            $"{differences.Count} of {compared} differ\n\n{string.Join("\n\n", differences.Take(ToldMax))}"
        );
    }

    [Fact]
    public async Task What_is_no_text_is_refused_and_changes_nothing()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using Sides sides = await Sides.OpenAsync(shared, "no-text", cancellationToken);
        using Arena arena = new(sides);
        await arena.ApplyAsync(HostileSchema.Schema, cancellationToken);
        await arena.ResetAsync(HostileSchema.Rows, cancellationToken);
        string before = await arena.RowsOfOtherAsync(cancellationToken);
        List<string> accepted = [];
        foreach (string slot in HostileSlots.All)
        {
            foreach (string broken in BrokenTexts)
            {
                JsonNode? answer = await arena.SendToOtherAsync(Placed(slot, broken), cancellationToken);
                if (answer?["body"] is not JsonObject body || body.ContainsKey("data"))
                {
                    accepted.Add($"{slot} with {broken}: {answer?.ToJsonString()}");
                }
            }
        }
        Assert.True(accepted.Count == 0, string.Join('\n', accepted.Select(Brief)));
        Assert.Equal(before, await arena.RowsOfOtherAsync(cancellationToken));
    }

    private static string Filled(string slot, string text) => Placed(slot, Quoted(text));

    // A raw parameter stands inside of a text that is itself JSON.
    private static string Placed(string slot, string quoted)
    {
        string inner = JsonSerializer.Serialize(quoted, Plain)[1..^1];
        return slot.Replace("\\\"@@\\\"", inner, StringComparison.Ordinal).Replace(HostileSlots.Place, quoted, StringComparison.Ordinal);
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text, Plain);

    private static string Brief(string text) => text.Length <= LengthMax ? text : text[..LengthMax] + "…";
}

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dormouse.EndToEnd.Conformance;

/// <summary>What an operation gave the client, as text without the parts that differ at every run.</summary>
internal static partial class Outcome
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The first line in which two outcomes differ, with its surroundings; null where they agree.</summary>
    public static string? Difference(JsonNode expected, JsonNode actual)
    {
        bool unordered = expected["unordered"]?.GetValue<bool>() ?? false;
        return FirstDifference(TextOf(expected, unordered), TextOf(actual, unordered))
            ?? (RowsOf(expected) is { } rows ? FirstDifference(rows, RowsOf(actual) ?? "no rows") : null);
    }

    private static string? RowsOf(JsonNode outcome) => outcome["rows"]?.GetValue<string>() is { } rows ? "rows\n" + Masked(rows) : null;

    private static string? FirstDifference(string expected, string actual)
    {
        string[] wanted = expected.Split('\n');
        string[] got = actual.Split('\n');
        int line = wanted.Zip(got).TakeWhile(pair => pair.First == pair.Second).Count();
        return line == wanted.Length && line == got.Length
            ? null
            : $"line {line + 1}\n  expected {Around(wanted, line)}\n  actual   {Around(got, line)}";
    }

    /// <summary>The text with ids, the present and measured times replaced by their names.</summary>
    public static string Masked(string text)
    {
        text = GeneratedUuid().Replace(text, "<uuid>");
        text = GeneratedCuid().Replace(text, "<cuid>");
        text = Present().Replace(text, "<now>");
        text = Elapsed().Replace(text, "<n> ms passed");
        text = CacheInfo().Replace(text, "info: <info>");
        return RequestId().Replace(text, "requestId: <id>");
    }

    private static string TextOf(JsonNode outcome, bool unordered)
    {
        string text = Masked(outcome["result"]?.GetValue<string>() ?? Sorted(outcome["error"])!.ToJsonString(Indented));
        return unordered
            ? string.Join('\n', FlatRecord().Matches(text).Select(record => record.Value).Order(StringComparer.Ordinal))
            : text;
    }

    private static string Around(string[] lines, int line)
    {
        IEnumerable<string> near = lines.Skip(Math.Max(0, line - 2)).Take(6).Select(text => text.Trim());
        return line >= lines.Length ? "ends" : string.Join(" ⏎ ", near);
    }

    /// <summary>Members in order of their names; the time that a transaction took replaced.</summary>
    private static JsonNode? Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject members => new JsonObject(
                members
                    .OrderBy(member => member.Key, StringComparer.Ordinal)
                    .Select(member => KeyValuePair.Create(member.Key, member.Key == "timeTaken" ? 0 : Sorted(member.Value)))
            ),
            JsonArray items => new JsonArray([.. items.Select(Sorted)]),
            _ => node?.DeepClone(),
        };

    // Groups of an enum come in the order of a hash of its object ids, which is another one in each database.
    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex FlatRecord();

    // The seed's own uuids begin with 11111111 and 22222222.
    [GeneratedRegex("(?!11111111-|22222222-)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")]
    private static partial Regex GeneratedUuid();

    [GeneratedRegex(@"\bc[a-z0-9]{24}\b")]
    private static partial Regex GeneratedCuid();

    // All instants of the seed lie before 2026.
    [GeneratedRegex(@"\b20(2[6-9]|[3-9]\d)-\d\d-\d\dT[\d:.]+(Z|\+00:00)?")]
    private static partial Regex Present();

    [GeneratedRegex(@"\b\d+ ms passed")]
    private static partial Regex Elapsed();

    // What a cache says of an answer; there is no cache yet.
    [GeneratedRegex(@"info: \{[^}]*\}")]
    private static partial Regex CacheInfo();

    [GeneratedRegex("requestId: '[^']*'")]
    private static partial Regex RequestId();
}

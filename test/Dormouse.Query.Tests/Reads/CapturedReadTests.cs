using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Dormouse.Query.Failures;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Reads;

/// <summary>
/// What client 6.19.3 asked of Prisma's own engine, and what that answered, on the same rows. The captures are the reads of the
/// conformance run before its first write.
/// </summary>
public sealed class CapturedReadTests(SeededDatabase database) : IClassFixture<SeededDatabase>
{
    private static readonly Dictionary<string, JsonNode> Captures = SeededDatabase
        .Text("captured.jsonl")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonNode.Parse(line)!)
        .ToDictionary(capture => (string)capture["name"]!);

    public static TheoryData<string> Names => [.. Captures.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_captured_read_gets_the_engines_answer(string name)
    {
        var engine = new QueryEngine(database.Schema, new OperationCache(64, 1 << 20), Run.Limits);
        await using var session = await database.OpenAsync();
        var query = Encoding.UTF8.GetBytes(Captures[name]["query"]!.ToJsonString());

        // The second run is answered from the cached plan.
        var first = await AnswerAsync(engine, query, session);
        var second = await AnswerAsync(engine, query, session);

        var expected = Masked(ErrorsShortened(Captures[name]["answer"]!.DeepClone()));
        var answered = Masked(JsonNode.Parse(first)!);
        if (IsUnordered(Captures[name]["query"]!))
        {
            expected = Sorted(expected);
            answered = Sorted(answered);
        }

        var sql = string.Join('\n', session.Statements.Select(s => s.Sql));
        Assert.True(JsonNode.DeepEquals(expected, answered), $"expected {expected.ToJsonString()}\nbut got  {first}\nby       {sql}");
        Assert.Equal(first, second);
    }

    private static async Task<string> AnswerAsync(QueryEngine engine, byte[] query, PostgresSession session)
    {
        var output = new ArrayBufferWriter<byte>();
        try
        {
            await new PlanInterpreter(Run.Limits, TimeProvider.System).RunAsync(
                engine.Prepare(query),
                session,
                output,
                TestContext.Current.CancellationToken
            );
            return $"{{\"data\":{Encoding.UTF8.GetString(output.WrittenSpan)}}}";
        }
        catch (PlanException e) when (e.Code is not null)
        {
            var meta = e.MetaUtf8.IsEmpty ? "null" : Encoding.UTF8.GetString(e.MetaUtf8.Span);
            return $"{{\"code\":\"{e.Code}\",\"meta\":{meta}}}";
        }
    }

    /// <summary>Of errors their code and meta; the rest is the door's to write.</summary>
    private static JsonNode ErrorsShortened(JsonNode answer) =>
        answer["errors"]?[0]?["user_facing_error"] is { } error
            ? new JsonObject { ["code"] = error["error_code"]!.DeepClone(), ["meta"] = error["meta"]!.DeepClone() }
            : answer;

    /// <summary>Groups come as PostgreSQL's hash table has them, which differs from version to version.</summary>
    private static bool IsUnordered(JsonNode query) =>
        (string)query["action"]! == "groupBy" && query["query"]!["arguments"]!["orderBy"] is null;

    private static JsonObject Sorted(JsonNode answer)
    {
        var (key, groups) = answer["data"]!.AsObject().Single();
        JsonNode[] sorted = [.. groups!.AsArray().Select(g => g!.DeepClone()).OrderBy(g => g.ToJsonString(), StringComparer.Ordinal)];
        return new JsonObject { [key] = new JsonArray(sorted) };
    }

    /// <summary>When the rows were made is not the same on both sides.</summary>
    private static JsonNode Masked(JsonNode node)
    {
        switch (node)
        {
            case JsonObject properties:
                properties.Remove("updatedAt");
                properties.Select(property => property.Value).OfType<JsonNode>().ToList().ForEach(child => Masked(child));
                break;
            case JsonArray items:
                items.OfType<JsonNode>().ToList().ForEach(child => Masked(child));
                break;
        }

        return node;
    }
}

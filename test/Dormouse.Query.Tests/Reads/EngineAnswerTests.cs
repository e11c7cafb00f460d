using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Dormouse.Query.Failures;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Reads;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Reads;

/// <summary>Reads get the answers that Prisma's own engine (client 6.19.3) gave to them on the same rows.</summary>
public sealed class EngineAnswerTests(CapturedDatabase captured, ShapesDatabase shapes, TypesDatabase types)
    : IClassFixture<CapturedDatabase>,
        IClassFixture<ShapesDatabase>,
        IClassFixture<TypesDatabase>
{
    [Theory]
    [InlineData(ReadStrategy.Separate)]
    [InlineData(ReadStrategy.Joined)]
    public Task What_clients_asked_gets_the_engines_answers(ReadStrategy strategy) =>
        AssertSameAnswersAsync(captured, strategy, atLeast: 140);

    [Theory]
    [InlineData(ReadStrategy.Separate)]
    [InlineData(ReadStrategy.Joined)]
    public Task Random_queries_over_relations_get_the_engines_answers(ReadStrategy strategy) =>
        AssertSameAnswersAsync(shapes, strategy, atLeast: 300);

    [Theory]
    [InlineData(ReadStrategy.Separate)]
    [InlineData(ReadStrategy.Joined)]
    public Task Every_native_type_gets_the_engines_answers(ReadStrategy strategy) => AssertSameAnswersAsync(types, strategy, atLeast: 350);

    private static async Task AssertSameAnswersAsync(SeededDatabase database, ReadStrategy strategy, int atLeast)
    {
        var engine = new QueryEngine(database.Schema, new OperationCache(1000, 1 << 24), Run.Limits, strategy);
        await using var session = await database.OpenAsync();
        var differences = new List<string>();
        foreach (var (name, captured) in database.Queries)
        {
            session.Statements.Clear();
            var query = Encoding.UTF8.GetBytes(captured["query"]!.ToJsonString());
            var first = await AnswerAsync(engine, query, session);
            // The second run takes the plan from the cache.
            var second = await AnswerAsync(engine, query, session);
            if (first != second || !AreSame(captured, first))
            {
                var sql = string.Join("\n   ", session.Statements.Select(s => s.Sql));
                differences.Add($"{name}: {captured["query"]}\n expected {captured["answer"]!.ToJsonString()}\n got {first}\n by {sql}");
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        Assert.InRange(database.Queries.Count, atLeast, int.MaxValue);
    }

    private static bool AreSame(JsonNode captured, string answer)
    {
        var expected = Masked(captured["answer"]!.DeepClone());
        var answered = Masked(JsonNode.Parse(answer)!);
        return IsUnordered(captured["query"]!)
            ? JsonNode.DeepEquals(Sorted(expected), Sorted(answered))
            : JsonNode.DeepEquals(expected, answered);
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
        catch (PlanException e)
        {
            var error = new JsonObject { ["code"] = e.Code, ["meta"] = e.MetaUtf8.IsEmpty ? null : JsonNode.Parse(e.MetaUtf8.Span) };
            if (e.Code is null)
            {
                // No captured answer is such an error: its text says what went wrong.
                error["message"] = e.Message;
            }

            return error.ToJsonString();
        }
    }

    /// <summary>Groups come as PostgreSQL's hash table has them, which differs from version to version.</summary>
    private static bool IsUnordered(JsonNode query) =>
        (string)query["action"]! == "groupBy" && query["query"]!["arguments"]!["orderBy"] is null;

    private static JsonNode Sorted(JsonNode answer)
    {
        if (answer["data"] is not JsonObject data)
        {
            return answer;
        }

        var (key, groups) = data.Single();
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

using System.Text.Json.Nodes;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Writes;

/// <summary>What Prisma's engine does wrong, as README.md lists it, and what the query says that it should do.</summary>
public sealed class EngineDefectTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_nested_upsert_with_a_condition_relates_what_it_creates()
    {
        var answer = await AnswerAsync(
            "zoo",
            """
            {"modelName":"Passport","action":"updateOne","query":{
                "arguments":{
                    "where":{"number":"p1"},
                    "data":{"person":{"upsert":{"where":{"color":"RED"},"create":{"name":"eve"},"update":{"name":"eva"}}}}},
                "selection":{"person":{"arguments":{},"selection":{"name":true}}}}}
            """
        );
        Assert.Equal("""{"data":{"updateOnePassport":{"person":{"name":"eve"}}}}""", answer);
    }

    [Fact]
    public async Task An_upsert_that_changes_keys_which_others_refer_to_answers_the_record()
    {
        var answer = await AnswerAsync(
            "zoo-emulated",
            """
            {"modelName":"Person","action":"upsertOne","query":{
                "arguments":{"where":{"id":2},"create":{"name":"eve"},"update":{"id":68,"badges":{"set":[]}}},
                "selection":{"id":true,"name":true,"pets":{"arguments":{},"selection":{"name":true,"ownerId":true}}}}}
            """
        );
        Assert.Equal("""{"data":{"upsertOnePerson":{"id":68,"name":"bob","pets":[{"name":"ulf","ownerId":68}]}}}""", answer);
    }

    [Fact]
    public async Task A_nested_upsert_of_a_record_that_exists_updates_it_without_foreign_keys_too()
    {
        var answer = await AnswerAsync(
            "zoo-emulated",
            """
            {"modelName":"Person","action":"updateOne","query":{
                "arguments":{
                    "where":{"id":1},
                    "data":{"passport":{"upsert":{"create":{"number":"n"},"update":{"number":"u"}}}}},
                "selection":{"passport":{"arguments":{},"selection":{"id":true,"number":true}}}}}
            """
        );
        Assert.Equal("""{"data":{"updateOnePerson":{"passport":{"id":1,"number":"u"}}}}""", answer);
    }

    [Fact]
    public async Task A_key_that_is_taken_leaves_what_refers_to_it_as_it_was()
    {
        ScenarioDatabase database = await ScenarioDatabase.CreateAsync("zoo-emulated", Token);
        SavepointSession session = await database.BeginAsync(Token);
        IReadOnlyDictionary<string, JsonNode> before = await database.StateAsync(Token);
        JsonNode query = JsonNode.Parse(
            """
            {"modelName":"House","action":"updateOne","query":{
                "arguments":{"where":{"street_number":{"street":"elm","number":1}},"data":{"number":{"increment":1}}},
                "selection":{"number":true}}}
            """
        )!;
        JsonNode answer = await Scenarios.AnswerAsync(database.Engine, session, query, Token);
        Assert.Equal("P2002", (string?)answer["error"]!["code"]);
        IReadOnlyDictionary<string, JsonNode> after = await database.StateAsync(Token);
        Assert.Equal(before.Select(t => t.Value.ToJsonString()), after.Select(t => t.Value.ToJsonString()));
        await database.EndAsync(Token);
    }

    private static async Task<string> AnswerAsync(string schema, string query)
    {
        ScenarioDatabase database = await ScenarioDatabase.CreateAsync(schema, Token);
        SavepointSession session = await database.BeginAsync(Token);
        JsonNode answer = await Scenarios.AnswerAsync(database.Engine, session, JsonNode.Parse(query)!, Token);
        await database.EndAsync(Token);
        return answer.ToJsonString();
    }
}

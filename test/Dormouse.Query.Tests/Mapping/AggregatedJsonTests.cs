using Dormouse.Query.Failures;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Mapping;

/// <summary>Relations that the database aggregated into JSON (preview feature relationJoins).</summary>
public sealed class AggregatedJsonTests
{
    private const string Fields =
        "id:int big:bigint bigs:bigint[] price:decimal at:datetime blob:bytes=hex tags:string[] doc:object role:enum=Role on:boolean";

    private const string Row =
        """{"at": "2024-01-01T00:00:00.5", "on": true, "doc": {"k": [1, 2]}, "id": 7, "big": "9007199254740993", "bigs": "{1,2}", "price": 1.50, "blob": "\\x61", "tags": ["x", "\u00e9"], "role": "admin"}""";

    private const string Mapped =
        """{"id":7,"big":{"$type":"BigInt","value":"9007199254740993"},"bigs":[{"$type":"BigInt","value":"1"},{"$type":"BigInt","value":"2"}],"price":{"$type":"Decimal","value":"1.5"},"at":{"$type":"DateTime","value":"2024-01-01T00:00:00.500Z"},"blob":{"$type":"Bytes","value":"YQ=="},"tags":["x","\u00e9"],"doc":{"$type":"Json","value":"{\"k\":[1,2]}"},"role":"ADMIN","on":true}""";

    [Theory]
    [InlineData(Row, Mapped)]
    [InlineData($"[{Row}, {Row}]", $"[{Mapped},{Mapped}]")]
    [InlineData("[]", "[]")]
    [InlineData("null", "null")]
    [InlineData(null, "null")]
    public async Task Aggregated_rows_are_picked_apart(string? cell, string expected) =>
        Assert.Equal($$"""[{"posts":{{expected}}}]""", await Map(Fields, cell));

    [Fact]
    public async Task Nested_relations_are_picked_apart_too()
    {
        var inner = "\"author\":" + Run.Object("name:string", "a");
        var plan = Plan(Run.Object("id:int", "posts", inner));
        Assert.Equal(
            """[{"posts":[{"id":1,"author":{"name":"Ann"}},{"id":2,"author":null}]}]""",
            await Run.Plan(plan, Reply.Of("posts:3802", ["""[{"id": 1, "a": {"name": "Ann"}}, {"id": 2, "a": null}]"""]))
        );
    }

    [Theory]
    [InlineData("""{"other": 1}""", "Missing data field (Value): 'id'")]
    [InlineData("5", "Expected an array or an object, got: number")]
    [InlineData("[1]", "Expected an object, but got 'number'")]
    public async Task Other_JSON_is_P2023(string cell, string message)
    {
        var failure = await Assert.ThrowsAsync<PlanException>(() => Map("id:int", cell));
        Assert.Equal("P2023", failure.Code);
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_column_may_hold_the_JSON_but_must_hold_JSON()
    {
        var plan = Plan(Run.Object("id:int", "posts"));
        Assert.Equal("""[{"posts":{"id":1}}]""", await Run.Plan(plan, Reply.Of("posts:25", ["{\"id\":1}"])));
        var failure = await Assert.ThrowsAsync<PlanException>(() => Run.Plan(plan, Reply.Of("posts:25", ["{\"id\":"])));
        Assert.Equal("Expected an array or object, got a string that is not valid JSON", failure.Message);
    }

    private static Task<string> Map(string fields, string? cell) =>
        Run.Plan(Plan(Run.Object(fields, "posts")), Reply.Of("posts:3802", [cell]));

    private static string Plan(string nested) =>
        Run.DataMap(Run.Query(), "", """{"Role":{"admin":"ADMIN"}}""")
            .Replace("\"fields\":{}", $"\"fields\":{{\"posts\":{nested}}}", StringComparison.Ordinal);
}

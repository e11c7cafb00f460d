using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Joins;

public sealed class JoinTests
{
    [Fact]
    public async Task Children_are_found_by_their_keys_in_order()
    {
        var answer = await Run.Plan(
            Plan("""["id","parent"]""", unique: false),
            Reply.Of("id:23 a:23", ["1", "0"], ["2", "0"], ["3", "0"]),
            Reply.Of("parent:23 n:25", ["2", "x"], ["1", "y"], ["2", "z"], [null, "w"])
        );
        Assert.Equal("""[{"id":1,"kids":[{"n":"y"}]},{"id":2,"kids":[{"n":"x"},{"n":"z"}]},{"id":3,"kids":[]}]""", answer);
    }

    [Fact]
    public async Task A_unique_child_is_an_object_or_null_and_null_keys_match_null_keys()
    {
        var answer = await Run.Plan(
            Plan("""["id","parent"]""", unique: true),
            Reply.Of("id:23", ["1"], ["2"], [null]),
            Reply.Of("parent:23 n:25", ["1", "x"], ["1", "last"], [null, "nobody"])
        );
        Assert.Equal("""[{"id":1,"kids":{"n":"last"}},{"id":2,"kids":null},{"id":null,"kids":{"n":"nobody"}}]""", answer);
    }

    [Fact]
    public async Task Without_children_every_parent_has_none()
    {
        var answer = await Run.Plan(Plan("""["id","parent"]""", unique: false), Reply.Of("id:23", ["1"]), Reply.Of("parent:23 n:25"));
        Assert.Equal("""[{"id":1,"kids":[]}]""", answer);
    }

    [Theory]
    [InlineData("true", "[]")]
    [InlineData("false", """[{"n":"x"}]""")]
    public async Task Keys_of_different_types_are_equal_only_when_the_plan_says_so(string strict, string kids)
    {
        var answer = await Run.Plan(
            Plan("""["id","parent"]""", unique: false, strict),
            Reply.Of("id:23", ["1"]),
            Reply.Of("parent:1700 n:25", ["1.00", "x"])
        );
        Assert.Equal($$"""[{"id":1,"kids":{{kids}}}]""", answer);
    }

    [Fact]
    public async Task A_join_agrees_with_nested_loops_on_random_tables()
    {
        var random = new Random(20261122);
        for (var round = 0; round < 200; round++)
        {
            var parents = Table(random, 3);
            var children = Table(random, 3);
            var unique = round % 2 == 0;
            var answer = await Run.Plan(
                Plan("""["id","parent"],["a","n"]""", unique),
                new Reply(Reply.Of("id:25 a:25 x:25").Columns, parents),
                new Reply(Reply.Of("parent:25 n:25 y:25").Columns, children)
            );
            Assert.Equal(NestedLoops(parents, children, unique), answer);
        }
    }

    [Fact]
    public async Task One_row_is_joined_as_a_list_of_one_is()
    {
        var plan = Plan("""["id","parent"]""", unique: false)
            .Replace(Run.Query("P"), $$"""{"type":"unique","args":{{Run.Query("P")}}}""", StringComparison.Ordinal);
        var one = await Run.Plan(plan, Reply.Of("id:23", ["1"]), Reply.Of("parent:23 n:25", ["1", "x"]));
        Assert.Equal("""{"id":1,"kids":[{"n":"x"}]}""", one);
        Assert.Equal("null", await Run.Plan(plan, Reply.Of("id:23")));
    }

    [Fact]
    public async Task Values_that_are_no_rows_are_joined_too()
    {
        var plan = Plan("""["id","parent"]""", unique: false)
            .Replace(Run.Query("P"), """{"type":"value","args":[{"id":1},{"id":2}]}""", StringComparison.Ordinal);
        var answer = await Run.Plan(plan, Reply.Of("parent:23 n:25", ["1", "x"]));
        Assert.Equal("""[{"id":1,"kids":[{"n":"x"}]},{"id":2,"kids":[]}]""", answer);
    }

    private static string NestedLoops(string?[][] parents, string?[][] children, bool unique)
    {
        var list = new JsonArray();
        foreach (var parent in parents)
        {
            var kids = children
                .Where(c => c[0] == parent[0] && c[1] == parent[1])
                .Select(JsonNode (c) => new JsonObject { ["n"] = c[1] })
                .ToArray();
            list.Add(
                new JsonObject
                {
                    ["id"] = parent[0] is null ? null : int.Parse(parent[0]!, System.Globalization.CultureInfo.InvariantCulture),
                    ["kids"] = unique ? kids.LastOrDefault() : new JsonArray(kids),
                }
            );
        }

        return list.ToJsonString(new JsonSerializerOptions());
    }

    private static string?[][] Table(Random random, int distinct) =>
        [.. Enumerable.Range(0, random.Next(8)).Select(_ => new[] { Key(random, distinct), Key(random, distinct), $"{random.Next(100)}" })];

    private static string? Key(Random random, int distinct) => random.Next(distinct + 1) is var key && key == distinct ? null : $"{key}";

    private static string Plan(string on, bool unique, string strict = "true")
    {
        var child =
            $$"""{"child":{{Run.Query("C")}},"on":[{{on}}],"parentField":"@kids","isRelationUnique":{{(unique ? "true" : "false")}}}""";
        var join =
            "{\"type\":\"join\",\"args\":{\"parent\":"
            + Run.Query("P")
            + ",\"children\":["
            + child
            + "],\"canAssumeStrictEquality\":"
            + strict
            + "}}";
        return Run.DataMap(join, "id:int")
            .Replace("\"fields\":{\"id\"", $"\"fields\":{{\"id\"", StringComparison.Ordinal)
            .Replace(
                "\"type\":\"int\"}}}",
                "\"type\":\"int\"}},\"kids\":" + Run.Object("n:string", "@kids") + "}",
                StringComparison.Ordinal
            );
    }
}

using System.Text.Json;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Processing;

public sealed class ProcessTests
{
    private static readonly string?[][] Rows =
    [
        ["1", "a"],
        ["2", "a"],
        ["3", "b"],
        ["4", "a"],
        ["5", "b"],
    ];

    [Theory]
    [InlineData("""{"distinct":["g"]}""", "1 3")]
    [InlineData("""{"pagination":{"cursor":null,"take":2,"skip":1}}""", "2 3")]
    [InlineData("""{"pagination":{"cursor":{"id":3},"take":2,"skip":null}}""", "3 4")]
    [InlineData("""{"pagination":{"cursor":{"id":"3"},"take":null,"skip":1}}""", "4 5")]
    [InlineData("""{"pagination":{"cursor":{"id":9},"take":2,"skip":null}}""", "")]
    [InlineData("""{"pagination":{"cursor":null,"take":0,"skip":null}}""", "")]
    [InlineData("""{"pagination":{"cursor":{"id":4,"g":"a"},"take":null,"skip":null}}""", "4 5")]
    [InlineData("""{"reverse":true}""", "5 4 3 2 1")]
    [InlineData("""{"pagination":{"cursor":null,"take":1,"skip":null},"linkingFields":["g"]}""", "1 3")]
    [InlineData("""{"pagination":{"cursor":null,"take":1,"skip":1},"linkingFields":["g"],"reverse":true}""", "5 2")]
    [InlineData("""{"distinct":["g"],"linkingFields":["id"]}""", "1 2 3 4 5")]
    [InlineData("""{}""", "1 2 3 4 5")]
    public async Task Operations_apply_in_their_order(string operations, string expected) =>
        Assert.Equal(expected, await Process(operations, Rows));

    [Fact]
    public async Task Distinct_and_pages_agree_with_a_naive_computation()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            string?[][] rows =
            [
                .. Enumerable.Range(1, random.Next(12)).Select(i => new[] { $"{i}", random.Next(4) == 0 ? null : $"{random.Next(3)}" }),
            ];
            int skip = random.Next(4),
                take = random.Next(6);
            var expected = rows.GroupBy(r => r[1] ?? "null").Select(g => g.First()).OrderBy(r => int.Parse(r[0]!)).Skip(skip).Take(take);
            Assert.Equal(
                string.Join(' ', expected.Select(r => r[0])),
                await Process($$$"""{"distinct":["g"],"pagination":{"cursor":null,"take":{{{take}}},"skip":{{{skip}}}}}""", rows)
            );
        }
    }

    [Fact]
    public async Task Nested_lists_inside_JSON_are_paged_too()
    {
        var operations = """{"nested":{"posts":{"pagination":{"cursor":null,"take":1,"skip":1}}}}""";
        var plan = Run.DataMap(Node(operations), "", "{}")
            .Replace("\"fields\":{}", $"\"fields\":{{\"posts\":{Run.Object("id:int", "posts")}}}", StringComparison.Ordinal);
        Assert.Equal(
            """[{"posts":[{"id":2}]},{"posts":[]},{"posts":null}]""",
            await Run.Plan(plan, Reply.Of("posts:3802", ["""[{"id": 1}, {"id": 2}, {"id": 3}]"""], ["[]"], [null]))
        );
    }

    [Theory]
    [InlineData("""{"pagination":{"cursor":null,"take":1,"skip":0}}""", """{"id":1}""")]
    [InlineData("""{"pagination":{"cursor":null,"take":1,"skip":1}}""", "null")]
    [InlineData("""{"pagination":{"cursor":null,"take":0,"skip":0}}""", "null")]
    [InlineData("""{"pagination":{"cursor":{"id":2},"take":1,"skip":0}}""", "null")]
    public async Task One_record_is_a_page_of_one(string operations, string expected)
    {
        var plan = Run.DataMap(Node(operations, $$"""{"type":"unique","args":{{Run.Query()}}}"""), "id:int");
        Assert.Equal(expected, await Run.Plan(plan, Reply.Of("id:23", ["1"])));
    }

    private static async Task<string> Process(string operations, string?[][] rows)
    {
        var answer = await Run.Plan(Run.DataMap(Node(operations), "id:int"), new Reply(Reply.Of("id:23 g:25").Columns, rows));
        return string.Join(' ', JsonDocument.Parse(answer).RootElement.EnumerateArray().Select(r => r.GetProperty("id").GetInt32()));
    }

    private static string Node(string operations, string? expression = null) =>
        "{\"type\":\"process\",\"args\":{\"expr\":" + (expression ?? Run.Query()) + ",\"operations\":" + operations + "}}";
}

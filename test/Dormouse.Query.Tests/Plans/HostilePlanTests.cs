using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Dormouse.Query.Failures;
using Dormouse.Query.Plans;
using Dormouse.Query.Tests.Captures;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Plans;

public sealed class HostilePlanTests
{
    /// <summary>What the database never sends: values that do not fit their types.</summary>
    private static readonly Reply Broken = Reply.Of("id:23 at:1114 list:1009 doc:3802", ["1", "x", "{1", "{"], [null, "2", "", "[1"]);

    [Theory]
    [InlineData("""{"type":"teleport","args":{}}""", "a node of type 'teleport'")]
    [InlineData("""{"args":{}}""", "'type' is missing")]
    [InlineData("""[]""", "'type' is missing")]
    [InlineData("""{"type":"query","args":{"type":"noSql","args":[]}}""", "'noSql' is no kind of SQL statement")]
    [InlineData("""{"type":"query","args":{"type":"rawSql","sql":"a\u0000b","args":[]}}""", "zero character")]
    [InlineData("""{"type":"let","args":{"bindings":{},"expr":{"type":"unit"}}}""", "a list is expected")]
    [InlineData("""{"type":""", "no valid JSON")]
    [InlineData("", "no valid JSON")]
    public void A_plan_that_cannot_be_read_is_refused_clearly(string plan, string message)
    {
        var failure = Assert.Throws<PlanException>(() => QueryPlan.Parse(Encoding.UTF8.GetBytes(plan), Run.Limits));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_properties_are_ignored() => QueryPlan.Parse("""{"type":"unit","future":{"x":[1]},"args":null}"""u8, Run.Limits);

    [Theory]
    [InlineData(10_000)]
    [InlineData(300)]
    public void Deep_plans_are_refused_before_they_hurt(int depth)
    {
        var plan =
            string.Concat(Enumerable.Repeat("{\"type\":\"reverse\",\"args\":", depth)) + "{\"type\":\"unit\"}" + new string('}', depth);
        Assert.Throws<PlanException>(() => QueryPlan.Parse(Encoding.UTF8.GetBytes(plan), Run.Limits));
    }

    [Fact]
    public async Task The_deepest_allowed_plan_runs()
    {
        var depth = Run.Limits.MaxPlanDepth - 1;
        var plan =
            string.Concat(Enumerable.Repeat("{\"type\":\"reverse\",\"args\":", depth)) + "{\"type\":\"unit\"}" + new string('}', depth);
        Assert.Equal("null", await Run.Plan(plan));
    }

    [Fact]
    public async Task A_list_that_doubles_at_every_step_hits_the_limit()
    {
        var bindings = Enumerable
            .Range(1, 40)
            .Select(i =>
                $"{{\"name\":\"{i}\",\"expr\":{{\"type\":\"concat\",\"args\":[{{\"type\":\"get\",\"args\":{{\"name\":\"{i - 1}\"}}}},{{\"type\":\"get\",\"args\":{{\"name\":\"{i - 1}\"}}}}]}}}}"
            );
        var plan =
            "{\"type\":\"let\",\"args\":{\"bindings\":[{\"name\":\"0\",\"expr\":{\"type\":\"value\",\"args\":[1,2]}},"
            + string.Join(',', bindings)
            + "],\"expr\":{\"type\":\"get\",\"args\":{\"name\":\"40\"}}}}";
        var failure = await Assert.ThrowsAsync<PlanException>(() => Run.Plan(plan));
        Assert.Contains("limit", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_beyond_the_limit_is_refused()
    {
        var limits = new QueryLimits { MaxAnswerBytes = 10_000 };
        var rows = Enumerable.Range(0, 100).Select(_ => new string?[] { new('x', 1_000) }).ToArray();
        var session = new ScriptedSession(Reply.Of("t:25", rows));
        var failure = await Assert.ThrowsAsync<PlanException>(() => Run.Plan(Run.DataMap(Run.Query(), "t:string"), session, "{}", limits));
        Assert.Contains("bytes of an answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mutated_plans_and_parameters_fail_only_as_they_should()
    {
        var random = new Random(42);
        var captures = Seeds();
        var ends = new Dictionary<string, int> { ["answer"] = 0, ["refused"] = 0 };
        for (var round = 0; round < 1_000; round++)
        {
            var (plan, parameters, replies) = captures[random.Next(captures.Length)];
            var mutated = round % 3 == 0 ? MutateBytes(plan, random) : MutateTree(plan, random);
            var ended = await Try(mutated, round % 7 == 0 ? MutateBytes(parameters, random) : parameters, replies);
            ends[ended]++;
        }

        // Both outcomes must occur, else the mutations are too tame or too wild to mean anything.
        Assert.All(ends.Values, n => Assert.True(n > 50));
    }

    private static async Task<string> Try(string plan, string parameters, Reply[] replies)
    {
        var session = new ScriptedSession(replies) { Repeats = true };
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await new PlanInterpreter(Run.Limits, TimeProvider.System).RunAsync(
                QueryPlan.Parse(Encoding.UTF8.GetBytes(plan), Run.Limits),
                PlanParameters.Parse(Encoding.UTF8.GetBytes(parameters), default, Run.Limits),
                session,
                new ArrayBufferWriter<byte>(),
                deadline.Token
            );
            return "answer";
        }
        catch (PlanException)
        {
            return "refused";
        }
    }

    private static string MutateBytes(string text, Random random)
    {
        var chars = text.ToCharArray();
        for (var i = 0; i <= random.Next(3); i++)
        {
            chars[random.Next(chars.Length)] = "{}[]\",:0a\\%$ntu"[random.Next(15)];
        }

        return new string(chars);
    }

    /// <summary>Puts a piece of the plan in the place of another one, or a scalar, or takes a piece away.</summary>
    private static string MutateTree(string text, Random random)
    {
        var root = JsonNode.Parse(text)!;
        var nodes = new List<JsonNode>();
        Collect(root, nodes);
        var target = nodes[random.Next(nodes.Count)];
        var source = nodes[random.Next(nodes.Count)].DeepClone();
        JsonNode? piece = random.Next(4) switch
        {
            0 => null,
            1 => JsonValue.Create(random.Next(-5, 100_000)),
            2 => JsonValue.Create("%1"),
            _ => source,
        };
        if (target.Parent is null)
        {
            return piece?.ToJsonString() ?? "null";
        }

        if (target.Parent is JsonObject owner && random.Next(4) == 0)
        {
            owner.Remove(target.GetPropertyName());
        }
        else
        {
            target.ReplaceWith(piece);
        }

        return root.ToJsonString();
    }

    private static void Collect(JsonNode node, List<JsonNode> nodes)
    {
        nodes.Add(node);
        var children = node switch
        {
            JsonObject map => map.Select(p => p.Value),
            JsonArray list => list,
            _ => [],
        };
        foreach (var child in children.OfType<JsonNode>())
        {
            Collect(child, nodes);
        }
    }

    private static (string Plan, string Parameters, Reply[] Replies)[] Seeds() =>
        [
            .. CaptureReplayTests
                .Load()
                .Values.Select(c =>
                    (
                        c["plan"]!.ToJsonString(),
                        c["params"]?.ToJsonString() ?? "{}",
                        c["statements"]!.AsArray().Select(s => CaptureReplayTests.ToReply(s!)).Append(Broken).ToArray()
                    )
                )
                .Where(s => s.Item1.Length < 8_000),
        ];
}

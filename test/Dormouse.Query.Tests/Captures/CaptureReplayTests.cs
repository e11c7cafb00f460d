using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dormouse.Query.Failures;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Captures;

/// <summary>Every captured request leads to the same statements and, with the rows that the database gave, to the same answer.</summary>
public sealed partial class CaptureReplayTests
{
    private static readonly Dictionary<string, JsonNode> Captures = Load();

    public static TheoryData<string> Names => [.. Captures.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_captured_request_is_answered_as_the_reference_answers_it(string name)
    {
        var capture = Captures[name];
        var recorded = capture["statements"]!.AsArray();
        var session = new ScriptedSession([.. recorded.Select(s => ToReply(s!))]) { InTransaction = (bool)capture["inTransaction"]! };

        var answer = await Answer(capture, session);

        AssertSameStatements(recorded, session.Statements);
        AssertSameJson(capture["answer"]!, JsonNode.Parse(answer)!);
    }

    [Fact]
    public void The_captures_cover_both_kinds_of_clients() =>
        Assert.True(Captures.Count > 200 && Captures.Keys.Any(k => k.Contains(".default", StringComparison.Ordinal)));

    private static async Task<string> Answer(JsonNode capture, ScriptedSession session)
    {
        var output = new ArrayBufferWriter<byte>();
        try
        {
            var plan = QueryPlan.Parse(Utf8(capture["plan"]), Run.Limits);
            var parameters = PlanParameters.Parse(Utf8(capture["params"]), Utf8(capture["comments"]), Run.Limits);
            var interpreter = new PlanInterpreter(Run.Limits, TimeProvider.System);
            await interpreter.RunAsync(plan, parameters, session, output, TestContext.Current.CancellationToken);
            return $"{{\"data\":{Encoding.UTF8.GetString(output.WrittenSpan)}}}";
        }
        catch (PlanException e)
        {
            output.ResetWrittenCount();
            e.WriteTo(output);
            return Encoding.UTF8.GetString(output.WrittenSpan);
        }
    }

    private static void AssertSameStatements(JsonArray recorded, List<SqlStatement> statements)
    {
        Assert.Equal(recorded.Select(r => (string)r!["sql"]!), statements.Select(s => s.Sql));
        foreach (var (expected, actual) in recorded.Zip(statements))
        {
            var wanted = expected!["parameters"]!.AsArray().Select(p => (string?)p).ToArray();
            var parameters = actual.Parameters.Select(p => p.Utf8Text is { } text ? Encoding.UTF8.GetString(text.Span) : null).ToArray();
            Assert.Equal(wanted, parameters, SameParameter);
        }
    }

    private static void AssertSameJson(JsonNode expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"expected {expected.ToJsonString()}\nbut got  {actual.ToJsonString()}");

    /// <summary>Ids that are made at random and the clock differ from run to run, their forms do not.</summary>
    private static bool SameParameter(string? expected, string? actual) =>
        expected == actual
        || (expected is not null && actual is not null && Generated().IsMatch(expected) && Form(expected) == Form(actual));

    private static string Form(string text) => Alphanumeric().Replace(text, "x").Split('.')[0];

    internal static Reply ToReply(JsonNode statement)
    {
        var columns = statement["columns"] is JsonArray given
            ? given.Select(c => new RowColumn((string)c![0]!, (uint)c[1]!)).ToArray()
            : [];
        var rows = statement["rows"] is JsonArray list ? list.Select(r => r!.AsArray().Select(c => (string?)c).ToArray()).ToArray() : [];
        var error = statement["error"] is { } e
            ? new DatabaseError
            {
                SqlState = (string)e["SqlState"]!,
                Message = (string)e["Message"]!,
                Severity = (string)e["Severity"]!,
                Detail = (string?)e["Detail"],
                Hint = (string?)e["Hint"],
                Table = (string?)e["Table"],
                Column = (string?)e["Column"],
                Constraint = (string?)e["Constraint"],
            }
            : null;
        return new Reply(columns, rows, (long?)statement["affected"] ?? 0, error);
    }

    private static byte[] Utf8(JsonNode? node) => node is null ? [] : Encoding.UTF8.GetBytes(node.ToJsonString());

    internal static Dictionary<string, JsonNode> Load()
    {
        using var stream = typeof(CaptureReplayTests).Assembly.GetManifestResourceStream("captures.jsonl")!;
        using var reader = new StreamReader(stream);
        var captures = new Dictionary<string, JsonNode>();
        while (reader.ReadLine() is { } line)
        {
            var capture = JsonNode.Parse(line)!;
            captures.Add((string)capture["name"]!, capture);
        }

        return captures;
    }

    /// <summary>Random uuids, cuids, and the time at which the captures were recorded.</summary>
    [GeneratedRegex(@"^([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|c[0-9a-z]{24}|2026-11-22 \d\d:\d\d:\d\d(\.\d+)?)$")]
    private static partial Regex Generated();

    [GeneratedRegex("[0-9a-z]")]
    private static partial Regex Alphanumeric();
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dormouse.Query.Failures;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Writes;

/// <summary>What Prisma's engine did with some queries, and the same done by ours.</summary>
internal sealed partial class Scenarios(string name) : IDisposable
{
    private readonly Dictionary<string, JsonNode> recorded = ScenarioDatabase
        .Text(name + ".jsonl")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonNode.Parse(line)!)
        .ToDictionary(scenario => (string)scenario["name"]!);

    private readonly SemaphoreSlim one = new(1);
    private ScenarioDatabase? database;

    public IEnumerable<string> Names => recorded.Keys;

    /// <summary>Runs the queries of a scenario and compares answers, errors and what is in the tables afterwards.</summary>
    public async Task ReplayAsync(string scenario, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            database ??= await ScenarioDatabase.CreateAsync(name, cancellationToken);
            var session = await database.BeginAsync(cancellationToken);
            var before = Sorted(await database.StateAsync(cancellationToken));
            var expected = recorded[scenario];
            foreach (var step in expected["steps"]!.AsArray())
            {
                AssertSame(step!["response"]!, await AnswerAsync(database.Engine, session, step["query"]!, cancellationToken));
            }

            var changed = Sorted(await database.StateAsync(cancellationToken)).Where(t => !JsonNode.DeepEquals(t.Value, before[t.Key]));
            var state = new JsonObject(changed.Select(t => KeyValuePair.Create(t.Key, t.Value?.DeepClone())));
            AssertSame(Sorted(expected["state"]!.AsObject().ToDictionary(t => t.Key, t => t.Value!)), state);
        }
        finally
        {
            if (database is not null)
            {
                await database.EndAsync(cancellationToken);
            }

            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    internal static async Task<JsonNode> AnswerAsync(
        QueryEngine engine,
        SavepointSession session,
        JsonNode query,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var output = new ArrayBufferWriter<byte>();
            var prepared = engine.Prepare(Encoding.UTF8.GetBytes(query.ToJsonString()));
            await new PlanInterpreter(Run.Limits, TimeProvider.System).RunAsync(prepared, session, output, cancellationToken);
            Assert.False(session.InTransaction);
            return JsonNode.Parse($"{{\"data\":{Encoding.UTF8.GetString(output.WrittenSpan)}}}")!;
        }
        catch (PlanException e)
        {
            Assert.False(session.InTransaction);
            var error = new JsonObject { ["message"] = e.Message };
            if (e.Code is not null)
            {
                error["code"] = e.Code;
                error["meta"] = e.MetaUtf8.IsEmpty ? null : JsonNode.Parse(e.MetaUtf8.Span);
            }

            return new JsonObject { ["error"] = error };
        }
    }

    /// <summary>Tables in one order, and rows too: ids that are made at random sort anew each time.</summary>
    private static JsonObject Sorted(IReadOnlyDictionary<string, JsonNode> state)
    {
        var sorted = new JsonObject();
        foreach (var (table, rows) in state.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            sorted[table] = new JsonArray([
                .. rows.AsArray()
                    .Select(row => Masked(row!.ToJsonString()))
                    .Order(StringComparer.Ordinal)
                    .Select(row => JsonNode.Parse(row)),
            ]);
        }

        return sorted;
    }

    private static void AssertSame(JsonNode expected, JsonNode actual) =>
        Assert.Equal(Canonical(expected).ToJsonString(), Canonical(actual).ToJsonString());

    /// <summary>Members in one order, times and random ids masked.</summary>
    private static JsonNode Canonical(JsonNode node) => Ordered(JsonNode.Parse(Masked(node.ToJsonString())))!;

    private static JsonNode? Ordered(JsonNode? node) =>
        node switch
        {
            // The client reads numbers and documents; how their text looks it does not see.
            JsonObject { Count: 2 } tagged when tagged["$type"] is JsonValue type && (string?)type == "Decimal" => JsonValue.Create(
                decimal.Parse((string)tagged["value"]!, NumberStyles.Float, CultureInfo.InvariantCulture) / 1.000000000000000000000000000m
            ),
            JsonObject { Count: 2 } tagged when tagged["$type"] is JsonValue type && (string?)type == "Json" => new JsonArray(
                Ordered(JsonNode.Parse((string)tagged["value"]!))
            ),
            JsonObject item => new JsonObject(
                item.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Ordered(m.Value)))
            ),
            JsonArray list => new JsonArray([.. list.Select(Ordered)]),
            // The recording was made in JavaScript, which drops the zeros of 1.00.
            JsonValue number when number.GetValueKind() == JsonValueKind.Number => JsonValue.Create(number.GetValue<double>()),
            _ => node?.DeepClone(),
        };

    /// <summary>What the clock or chance gave, as what it is.</summary>
    private static string Masked(string json)
    {
        foreach (var (form, mask) in Generated)
        {
            json = form.Replace(json, mask);
        }

        return json;
    }

    private static readonly (Regex Form, string Mask)[] Generated =
    [
        (Recent(), "\"<now>\""),
        (Uuid(), "\"<uuid $1>\""),
        (Cuid(), "\"<cuid>\""),
        (Cuid2(), "\"<cuid2>\""),
        (Ulid(), "\"<ulid>\""),
        (Nanoid(), "\"<nanoid>\""),
        (ShortNanoid(), "\"nano5\":\"<nanoid>\""),
    ];

    [GeneratedRegex(
        """
            "20(2[5-9]|[3-9]\d)-\d\d-\d\d(T[^"]*)?"
            """
    )]
    private static partial Regex Recent();

    [GeneratedRegex(
        """
            "[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
            """
    )]
    private static partial Regex Uuid();

    [GeneratedRegex(
        """
            "c[0-9a-z]{24}"
            """
    )]
    private static partial Regex Cuid();

    [GeneratedRegex(
        """
            "[a-z][0-9a-z]{23}"
            """
    )]
    private static partial Regex Cuid2();

    [GeneratedRegex(
        """
            "[0-9A-HJKMNP-TV-Z]{26}"
            """
    )]
    private static partial Regex Ulid();

    [GeneratedRegex(
        """
            "[A-Za-z0-9_-]{21}"
            """
    )]
    private static partial Regex Nanoid();

    [GeneratedRegex(
        """
            "nano5":"[A-Za-z0-9_-]{5}"
            """
    )]
    private static partial Regex ShortNanoid();
}

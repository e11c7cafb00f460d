using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Captured;

/// <summary>
/// What the npm client 6.19.3 sent for each of the captured operations, one after the other on one database, and what Prisma's own engine
/// answered, replayed over HTTP. The client itself runs against a whole platform in the end-to-end tests; these show where a difference
/// comes from.
/// </summary>
public sealed partial class CapturedOperationTests
{
    /// <summary>Operations whose answers differ, each with the reason.</summary>
    private static readonly Dictionary<string, string> Different = new()
    {
        ["group-by-count-true"] = "It asks for no order, and the groups come as PostgreSQL finds them.",
        ["err-unique-compound"] = "The captured engine reads the columns out of a text and keeps its quotes; the native one does not.",
    };

    // Made anew in each run.
    private static readonly string[] Generated = ["updatedAt", "createdAt", "since", "uid"];

    [Fact]
    public async Task Captured_operations_get_the_answers_of_Prismas_engine()
    {
        string script = await CapturedRequestTests.ReadAsync("schema.sql") + await CapturedRequestTests.ReadAsync("seed.sql");
        string schema = await CapturedRequestTests.ReadAsync("preview.prisma") + await CapturedRequestTests.ReadAsync("models.prisma");
        await using EdgeHost edge = await EdgeHost.StartAsync(null, null, script);
        var client = new OlderClient(edge, schema);
        Reply upload = await client.UploadAsync();
        Assert.True(upload.Status == 200, upload.Text);
        JsonArray captured = JsonNode.Parse(await CapturedRequestTests.ReadAsync("operations.json"))!.AsArray();
        var differences = new List<string>();
        var equal = new List<string>();

        foreach (JsonNode? operation in captured)
        {
            string name = operation!["name"]!.GetValue<string>();
            if (await FindDifferenceAsync(client, operation["requests"]!.AsArray()) is { } difference)
            {
                differences.Add($"{name}: {difference}");
            }
            else
            {
                equal.Add(name);
            }
        }

        string[] unknown = [.. differences.Where(difference => !Different.ContainsKey(difference.Split(':')[0]))];
        Assert.True(unknown.Length == 0, string.Join("\n\n", unknown));
        // What is equal by now comes off the list; the order of groups is a matter of luck.
        Assert.Empty(Different.Keys.Except(["group-by-count-true"]).Intersect(equal));
        Assert.Equal(149, captured.Count);
        await Eventually.EqualAsync(0, () => edge.Instances.Leases);
    }

    private static async Task<string?> FindDifferenceAsync(OlderClient client, JsonArray requests)
    {
        string transaction = client.Root + "/itx/none";
        string? found = null;
        foreach (JsonNode? request in requests)
        {
            string kind = request!["path"]!.GetValue<string>();
            // The capture's client slept until its transaction of 150 ms was over.
            if (requests[0]!["body"]?["timeout"]?.GetValue<int>() == 150 && request == requests[2])
            {
                await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, TestContext.Current.CancellationToken);
            }
            (string, string)[] headers =
            [
                .. (request["headers"]?.AsObject() ?? []).Select(header => (header.Key, header.Value!.GetValue<string>())),
            ];
            string path = kind.StartsWith("itx/", StringComparison.Ordinal) ? $"{transaction}/{kind[4..]}" : $"{client.Root}/{kind}";
            Reply reply = await client.PostAsync(path, request["body"]?.ToJsonString(), headers);
            if (kind == "transaction/start")
            {
                transaction = new Uri(reply.Json.GetProperty("data-proxy").GetProperty("endpoint").GetString()!).AbsolutePath;
                continue;
            }
            JsonNode? actual = Masked(JsonNode.Parse(reply.Text));
            JsonNode? expected = Masked(request["answer"]?.DeepClone());
            // The status of a failed commit or rollback is the capture's shell's own; only that it is none of success matters.
            bool sameStatus = reply.Status == request["status"]!.GetValue<int>() || (reply.Status == 409 && kind != "graphql");
            if (!sameStatus || !JsonNode.DeepEquals(actual, expected))
            {
                found ??= $"{kind} {reply.Status}\n got      {actual?.ToJsonString()}\n captured {expected?.ToJsonString()}";
            }
        }
        return found;
    }

    private static JsonNode? Masked(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject properties:
                Mask(properties);
                break;
            case JsonArray items:
                items.OfType<JsonNode>().ToList().ForEach(item => Masked(item));
                break;
        }
        return node;
    }

    private static void Mask(JsonObject properties)
    {
        // For developers of the engine; clients show it only where there is no code, and then it is the message.
        if (properties.ContainsKey("user_facing_error"))
        {
            properties.Remove("error");
        }
        foreach ((string name, JsonNode? value) in properties.ToList())
        {
            if (Generated.Contains(name) && value is not null)
            {
                properties[name] = "generated";
            }
            else if (value is JsonValue text && text.TryGetValue(out string? content))
            {
                properties[name] = Cuid().IsMatch(content) ? "cuid" : Elapsed().Replace(content, "N ms passed");
            }
            else
            {
                Masked(value);
            }
        }
    }

    [GeneratedRegex("^c[0-9a-z]{24}$")]
    private static partial Regex Cuid();

    [GeneratedRegex("[0-9]+ ms passed")]
    private static partial Regex Elapsed();
}

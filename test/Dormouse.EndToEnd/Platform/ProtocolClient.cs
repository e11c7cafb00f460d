using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Platform;

/// <summary>Sends raw statements by protocol B, one HTTP request each, without a client that retries or hides anything.</summary>
internal sealed class ProtocolClient : IDisposable
{
    private readonly HttpClient http;

    public ProtocolClient(Uri platform, string apiKey)
    {
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true) { BaseAddress = platform };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    public static ProtocolClient Of(PlatformProcess platform, PlatformDatabase database) => new(platform.Http, database.ApiKey);

    /// <summary>Runs a statement and gives the number of affected rows.</summary>
    public async Task<long> ExecuteAsync(string sql, CancellationToken cancellationToken, string path = "/query") =>
        (await PostAsync(path, Plan("execute", sql), cancellationToken))["data"]!.GetValue<long>();

    /// <summary>Runs a query of one row with one column and gives it as text.</summary>
    public async Task<string?> ScalarAsync(string sql, CancellationToken cancellationToken, string path = "/query")
    {
        JsonNode answer = await PostAsync(path, Plan("query", sql), cancellationToken);
        JsonNode? cell = answer["data"]!["rows"]![0]![0];
        return cell is null ? null : Convert.ToString(cell.Deserialize<object>(), CultureInfo.InvariantCulture);
    }

    /// <summary>Starts an interactive transaction and gives the path of its requests.</summary>
    public async Task<string> BeginAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        JsonObject start = new() { ["maxWait"] = 10_000, ["timeout"] = (int)timeout.TotalMilliseconds };
        JsonNode answer = await PostAsync("/transaction/start", start, cancellationToken);
        return $"/transaction/{answer["id"]!.GetValue<string>()}";
    }

    public Task CommitAsync(string transaction, CancellationToken cancellationToken) =>
        PostAsync(transaction + "/commit", null, cancellationToken);

    /// <summary>The answer's status, whatever it is.</summary>
    public async Task<int> StatusAsync(string sql, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await http.PostAsJsonAsync("/query", Plan("query", sql), cancellationToken);
        return (int)answer.StatusCode;
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonNode> PostAsync(string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using HttpContent? content = body is null ? null : JsonContent.Create(body);
        using HttpResponseMessage answer = await http.PostAsync(path, content, cancellationToken);
        string text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new HttpRequestException($"{path} answered {(int)answer.StatusCode}: {text}", null, answer.StatusCode);
    }

    private static JsonObject Plan(string node, string sql) =>
        new()
        {
            ["operation"] = node == "execute" ? "executeRaw" : "queryRaw",
            ["plan"] = new JsonObject
            {
                ["type"] = node,
                ["args"] = new JsonObject
                {
                    ["type"] = "rawSql",
                    ["sql"] = sql,
                    ["args"] = new JsonArray(),
                    ["argTypes"] = new JsonArray(),
                },
            },
            ["params"] = new JsonObject(),
        };
}

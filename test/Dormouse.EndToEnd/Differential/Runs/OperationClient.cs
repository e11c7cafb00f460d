using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>
/// Sends operations to one side as clients 5 and 6 do, with one schema, and gives whatever comes back. A schema that the side does not
/// know is uploaded when it says so.
/// </summary>
internal sealed class OperationClient : IDisposable
{
    private const string Version = "6.19.3";

    private readonly HttpClient http;
    private readonly string schema;
    private readonly string hash;

    public OperationClient(Side side, string schemaText)
    {
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true) { BaseAddress = side.Http };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", side.ApiKey);
        schema = Convert.ToBase64String(Encoding.UTF8.GetBytes(schemaText));
        hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(schema)));
    }

    /// <summary>Runs a step and gives its answers, each with its status.</summary>
    public async Task<JsonArray> RunAsync(Step step, CancellationToken cancellationToken)
    {
        if (!step.IsInteractive)
        {
            return [await PostAsync($"/{Version}/{hash}/graphql", step.Bodies[0], cancellationToken)];
        }
        JsonObject started = await PostAsync($"/{Version}/{hash}/transaction/start", step.Start, cancellationToken);
        if (started["body"] is not JsonObject answer || answer["data-proxy"] is not { } proxy)
        {
            return [started];
        }
        string endpoint = new Uri(proxy["endpoint"]!.GetValue<string>()).AbsolutePath;
        JsonArray answers = [];
        foreach (JsonNode body in step.Bodies)
        {
            answers.Add((JsonNode)await PostAsync($"{endpoint}/graphql", body, cancellationToken));
        }
        answers.Add((JsonNode)await PostAsync($"{endpoint}/{step.End}", null, cancellationToken));
        return answers;
    }

    /// <summary>Sends a body as it is.</summary>
    public Task<JsonObject> SendAsync(string body, CancellationToken cancellationToken) =>
        PostAsync($"/{Version}/{hash}/graphql", body, cancellationToken);

    public void Dispose() => http.Dispose();

    private Task<JsonObject> PostAsync(string path, JsonNode? body, CancellationToken cancellationToken) =>
        PostAsync(path, body?.ToJsonString(), cancellationToken);

    private async Task<JsonObject> PostAsync(string path, string? body, CancellationToken cancellationToken)
    {
        JsonObject answer = await SendAsync(HttpMethod.Post, path, body, cancellationToken);
        if (answer["body"] is JsonObject missing && missing.ContainsKey("EngineNotStarted"))
        {
            await SendAsync(HttpMethod.Put, $"/{Version}/{hash}/schema", schema, cancellationToken);
            answer = await SendAsync(HttpMethod.Post, path, body, cancellationToken);
        }
        return answer;
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        return new JsonObject { ["status"] = (int)response.StatusCode, ["body"] = Parsed(text) };
    }

    private static JsonNode? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}

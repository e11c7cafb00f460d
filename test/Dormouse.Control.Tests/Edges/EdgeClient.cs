using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Dormouse.Control.Tests.Edges;

/// <summary>Client 6 at one front door, as far as these tests need it.</summary>
internal sealed class EdgeClient(Uri address, Func<string> key) : IDisposable
{
    private const string Find =
        """{"modelName":"Item","action":"findUnique","query":{"arguments":{"where":{"id":ID}},"selection":{"$scalars":true}}}""";

    private const string Update = """
        {"modelName":"Item","action":"updateOne",
         "query":{"arguments":{"where":{"id":ID},"data":{"v":VERSION}},"selection":{"$scalars":true}}}
        """;

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };

    public Uri Address => address;

    /// <summary>The version of a row; the status tells where the answer came from.</summary>
    public async Task<EdgeReply> ReadAsync(int id, bool wantsCache = true, params (string Name, string Value)[] headers)
    {
        string query = Find.Replace("ID", Text($"{id}"), StringComparison.Ordinal);
        return wantsCache
            ? await SendAsync(
                HttpMethod.Post,
                "graphql",
                query,
                [("Cache-Control", "max-age=600,stale-while-revalidate=600"), ("accelerate-cache-tags", $"item_{id}"), .. headers]
            )
            : await SendAsync(HttpMethod.Post, "graphql", query, headers);
    }

    /// <summary>The same with a strategy of its own.</summary>
    public Task<EdgeReply> ReadAsync(int id, string strategy) =>
        SendAsync(
            HttpMethod.Post,
            "graphql",
            Find.Replace("ID", Text($"{id}"), StringComparison.Ordinal),
            ("Cache-Control", strategy),
            ("accelerate-cache-tags", Text($"item_{id}"))
        );

    public Task<EdgeReply> WriteAsync(int id, int version, params (string Name, string Value)[] headers) =>
        SendAsync(
            HttpMethod.Post,
            "graphql",
            Update.Replace("ID", Text($"{id}"), StringComparison.Ordinal).Replace("VERSION", Text($"{version}"), StringComparison.Ordinal),
            headers
        );

    public Task<EdgeReply> InvalidateAsync(int? id) =>
        SendAsync(HttpMethod.Post, (string?)null, id is { } one ? Text($$"""{"tags":["item_{{one}}"]}""") : """{"tags":"all"}""");

    /// <param name="method">The method.</param>
    /// <param name="path">Below the client's schema; null: an invalidation.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="headers">Besides those that every client sends.</param>
    public Task<EdgeReply> SendAsync(HttpMethod method, string? path, string? body, params (string Name, string Value)[] headers) =>
        SendAsync(method, new Uri(address, path is null ? "/invalidate" : $"/6.19.0/{EdgeFleet.SchemaHash}/{path}"), body, headers);

    public async Task<EdgeReply> SendAsync(HttpMethod method, Uri url, string? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key());
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new EdgeReply(
            (int)response.StatusCode,
            text,
            response
                .Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase)
        );
    }

    public void Dispose() => http.Dispose();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

internal sealed record EdgeReply(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string? Cache => Headers.GetValueOrDefault("accelerate-cache-status");

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The version in the answer to a read or a write.</summary>
    public int Version => Succeeded().Json.GetProperty("data").EnumerateObject().Single().Value.GetProperty("v").GetInt32();

    public EdgeReply Succeeded()
    {
        Assert.True(Status is 200, $"{Status} {Body}");
        return this;
    }
}

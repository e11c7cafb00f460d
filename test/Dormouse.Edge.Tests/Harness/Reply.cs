using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>An answer, read to its end.</summary>
internal sealed record Reply(int Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Code => Json.TryGetProperty("code", out JsonElement code) ? code.GetString() : null;

    /// <summary>What the 7.x client would show: <c>error</c>, else <c>message</c>.</summary>
    public string? Message => (Json.TryGetProperty("error", out JsonElement error) ? error : Json.GetProperty("message")).GetString();

    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(',', values) : null;

    public static async Task<Reply> OfAsync(
        HttpClient http,
        HttpMethod method,
        string path,
        string? json,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Reply((int)response.StatusCode, response.Headers, response.Content.Headers, text);
    }
}

using Dormouse.Edge.Door;
using Dormouse.Edge.Limits;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Http;

/// <summary>
/// Scheme and host under which a client of protocol A reaches this edge. The request's own scheme does not tell: a proxy before the edge
/// may take the encryption off. But the client does: it speaks https to every host that is not visibly this machine, and before 6.8 to all.
/// </summary>
internal sealed class PublicOrigin(EdgeOptions options, TrustedProxies proxies)
{
    public string Of(HttpContext context)
    {
        // A client of an edge comes back to that edge.
        if (context.Features.Get<EdgeCall>() is { PublicOrigin: { } told })
        {
            return told;
        }
        if (options.PublicOrigin is { } configured)
        {
            return configured.GetLeftPart(UriPartial.Authority);
        }
        HttpRequest request = context.Request;
        string host = request.Host.Value ?? "";
        if (
            proxies.Trusts(context.Connection.RemoteIpAddress)
            && Forwarded(request, "X-Forwarded-Proto") is ("http" or "https") and { } scheme
        )
        {
            string forwarded = Forwarded(request, "X-Forwarded-Host") ?? host;
            return $"{scheme}://{(forwarded.Length > 0 && !forwarded.AsSpan().ContainsAny("/?#@") ? forwarded : host)}";
        }
        bool isEncrypted = request.IsHttps || OperationPath.Version(context).IsAlwaysEncrypted || !IsVisiblyLocal(host);
        return $"{(isEncrypted ? "https" : "http")}://{host}";
    }

    // The client's own rule, letter by letter.
    private static bool IsVisiblyLocal(string host) =>
        host.Contains("localhost", StringComparison.Ordinal)
        || host.Contains("127.0.0.1", StringComparison.Ordinal)
        || host.Contains("[::1]", StringComparison.Ordinal);

    // Of several proxies the last one's word counts, which is the one that we know.
    private static string? Forwarded(HttpRequest request, string header) =>
        request.Headers.TryGetValue(header, out var values) && values.Count > 0 ? values[^1]?.Split(',')[^1].Trim() : null;
}

using System.Net;
using Dormouse.Contracts;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Dormouse.Edge.Origin;

/// <summary>Makes of a client's request the one that goes to the origin: the same, and what the edge knows of the client.</summary>
internal sealed class OriginRequests(OriginClient origin, TrustedProxies proxies, PublicOrigin publicOrigins)
{
    // What is about one connection, and what the edge itself says.
    private static readonly HashSet<string> NotPassedOn = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Connection,
        HeaderNames.KeepAlive,
        HeaderNames.TransferEncoding,
        HeaderNames.TE,
        HeaderNames.Trailer,
        HeaderNames.Upgrade,
        HeaderNames.Expect,
        HeaderNames.Host,
        HeaderNames.ContentLength,
        "Proxy-Connection",
        HeaderNames.ProxyAuthorization,
        HeaderNames.ProxyAuthenticate,
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        EdgeWire.TokenHeader,
        EdgeWire.ClientHeader,
        EdgeWire.OriginHeader,
    };

    // With them the origin's cache might answer, whose answer may be as old already as this edge may keep it.
    private static readonly HashSet<string> NotForNew = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.CacheControl,
        "accelerate-cache-tags",
        // What it asks for is about this one client, and an answer that is kept is for all.
        "X-Capture-Telemetry",
        HeaderNames.TraceParent,
    };

    /// <param name="context">The client's request, of which nothing is used later.</param>
    /// <param name="body">A copy of its body; null: none.</param>
    /// <param name="wantsNew">Whether the answer is to be kept here, so that it must be the database's own.</param>
    public HttpRequestMessage Of(HttpContext context, byte[]? body, bool wantsNew)
    {
        HttpRequest from = context.Request;
        var request = new HttpRequestMessage(new HttpMethod(from.Method), origin.AddressOf(from.Path.ToUriComponent() + from.QueryString));
        // The copy is a copy: what is sent may outlive the buffer that it was read into.
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
        }
        foreach ((string name, StringValues values) in from.Headers)
        {
            if (!name.StartsWith(':') && !NotPassedOn.Contains(name) && !(wantsNew && NotForNew.Contains(name)))
            {
                Add(request, name, values);
            }
        }
        Trace(request);
        if (proxies.ClientOf(context) is { } client)
        {
            request.Headers.TryAddWithoutValidation(EdgeWire.ClientHeader, Plain(client).ToString());
        }
        request.Headers.TryAddWithoutValidation(EdgeWire.OriginHeader, publicOrigins.Of(context));
        return request;
    }

    // The origin's span goes below this edge's, if there is one, and else below the client's.
    private static void Trace(HttpRequestMessage request)
    {
        if (EdgeTraces.Current is not { Id: { } id } span)
        {
            return;
        }
        request.Headers.Remove(HeaderNames.TraceParent);
        request.Headers.Remove(HeaderNames.TraceState);
        request.Headers.TryAddWithoutValidation(HeaderNames.TraceParent, id);
        if (span.TraceStateString is { Length: > 0 } state)
        {
            request.Headers.TryAddWithoutValidation(HeaderNames.TraceState, state);
        }
    }

    private static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
        {
            request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

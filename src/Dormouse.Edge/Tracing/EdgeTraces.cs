using System.Diagnostics;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dormouse.Edge.Tracing;

/// <summary>
/// The span of each request at the front door, by OpenTelemetry's conventions for HTTP servers: below the caller's span where the request
/// names one (<c>traceparent</c> of W3C Trace Context), else the beginning of a trace. What happens within a request is a <see cref="Stage"/>
/// each. Without a listener nothing is made, and a request passes untouched. Thread-safe.
/// </summary>
internal sealed class EdgeTraces(Authenticator? callers = null) : IDisposable
{
    public const string SourceName = "Dormouse.Edge";

    /// <summary>Told to who decides about recording, so that one tenant cannot have all of it; on no span.</summary>
    private const string CallerTag = "dormouse.caller";

    /// <summary>What the standard asks everybody to pass on; more is left behind rather than kept for somebody who sends without end.</summary>
    private const int MaxStateLength = 512;

    // One for each host, so that whoever listens to one hears no other.
    private readonly ActivitySource source = new(SourceName);

    /// <summary>What listeners know this host by.</summary>
    public ActivitySource Source => source;

    /// <param name="method">By which requests come.</param>
    /// <param name="route">Where they come, with places in it rather than what is there: an identifier would make each request its own kind.</param>
    /// <param name="protocol">One of <see cref="ProtocolTag"/>.</param>
    /// <param name="handle">Answers them.</param>
    public RequestDelegate Over(string method, string route, string protocol, RequestDelegate handle)
    {
        var kind = new RequestKind($"{method} {route}", method, route, protocol);
        return context => source.HasListeners() ? TraceAsync(context, kind, handle) : handle(context);
    }

    public void Dispose() => source.Dispose();

    /// <summary>The request's span for who is asked on its behalf; null where there is none of ours.</summary>
    public static Activity? Current => Activity.Current is { Source.Name: SourceName } current ? current : null;

    /// <summary>The caller's span; nothing where the headers are not what the standard says.</summary>
    public static ActivityContext ParentOf(IHeaderDictionary headers)
    {
        StringValues parent = headers.TraceParent;
        string? state = headers.TraceState.Count == 0 ? null : headers.TraceState.ToString();
        return
            parent.Count == 1
            && ActivityContext.TryParse(
                parent[0],
                state?.Length > MaxStateLength ? null : state,
                isRemote: true,
                out ActivityContext context
            )
            ? context
            : default;
    }

    private async Task TraceAsync(HttpContext context, RequestKind kind, RequestDelegate handle)
    {
        // Whatever else may trace in this process is not above us: the caller is, or nobody.
        Activity.Current = null;
        using Activity? request = source.StartActivity(
            kind.Name,
            ActivityKind.Server,
            ParentOf(context.Request.Headers),
            [new KeyValuePair<string, object?>(CallerTag, callers?.Guess(context)?.ToString())]
        );
        if (request is null)
        {
            await handle(context);
            return;
        }
        request.SetTag(CallerTag, null);
        // By which whoever asked finds the trace, recorded or not.
        context.Response.Headers["traceresponse"] = request.Id;
        try
        {
            await handle(context);
        }
        catch
        {
            request.SetStatus(ActivityStatusCode.Error);
            throw;
        }
        if (request.IsAllDataRequested)
        {
            Describe(request, context, kind);
        }
    }

    private static void Describe(Activity request, HttpContext context, RequestKind kind)
    {
        int status = context.Response.StatusCode;
        request.SetTag("http.request.method", kind.Method);
        request.SetTag("http.route", kind.Route);
        request.SetTag("url.scheme", context.Request.Scheme);
        request.SetTag("dormouse.protocol", kind.Protocol);
        if (context.RequestAborted.IsCancellationRequested)
        {
            request.SetTag("error.type", Outcomes.Gone);
            request.SetStatus(ActivityStatusCode.Error);
            return;
        }
        request.SetTag("http.response.status_code", status);
        // By the conventions what a caller did wrong is no error of the server.
        if (status >= StatusCodes.Status500InternalServerError)
        {
            request.SetTag(
                "error.type",
                request.GetTagItem(Stage.FailureCode) ?? status.ToString(System.Globalization.CultureInfo.InvariantCulture)
            );
            request.SetStatus(ActivityStatusCode.Error);
        }
    }

    private sealed record RequestKind(string Name, string Method, string Route, string Protocol);
}

using Dormouse.Edge.Engine;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Dormouse.Edge.Http;

/// <summary>
/// <c>X-Capture-Telemetry</c>: a list of what the client would like in <c>extensions</c>. <c>query</c> asks for the statements, and
/// <c>tracing</c> for spans, which clients 5 and 6 get; other log levels may be left out.
/// </summary>
internal static class Telemetry
{
    /// <summary>Whether the client wants anything that answers have.</summary>
    public static bool Wants(HttpRequest request) => WantsQueries(request) || Wants(request, "tracing");

    public static bool WantsQueries(HttpRequest request) => Wants(request, "query");

    /// <summary>What a request of clients 5 and 6 is to collect; null for nothing.</summary>
    /// <param name="context">The request.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="spanName">What the request is called in a trace.</param>
    public static QueryLog? LogOf(HttpContext context, TimeProvider timeProvider, string spanName)
    {
        bool wantsQueries = WantsQueries(context.Request);
        QuerySpans? spans = Wants(context.Request, "tracing") ? SpansOf(context, timeProvider, spanName) : null;
        return wantsQueries || spans is not null
            ? new QueryLog(timeProvider, isComplete: true) { WithStatements = wantsQueries, Spans = spans }
            : null;
    }

    private static QuerySpans? SpansOf(HttpContext context, TimeProvider timeProvider, string spanName)
    {
        if (!OperationPath.Version(context).TakesOlderSpans)
        {
            return new QuerySpans(timeProvider, spanName, null);
        }
        // Without the caller's trace an older client could not place them.
        var parent = TraceParent.Parse(context.Request.Headers.TraceParent);
        return parent is null ? null : new QuerySpans(timeProvider, spanName, parent);
    }

    private static bool Wants(HttpRequest request, string what)
    {
        if (!request.Headers.TryGetValue("X-Capture-Telemetry", out StringValues values))
        {
            return false;
        }
        foreach (string? value in values)
        {
            foreach (Range part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim().SequenceEqual(what))
                {
                    return true;
                }
            }
        }
        return false;
    }
}

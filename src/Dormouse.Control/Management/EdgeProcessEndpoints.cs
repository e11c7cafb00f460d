using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Caching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dormouse.Control.Management;

/// <summary>
/// The management endpoint of an edge of its own, which has no control store: how it is, and what its cache holds. It knows databases by
/// their ids alone.
/// </summary>
internal sealed class EdgeProcessEndpoints(ManagementRequests requests, PlatformControl process, ICacheAdmin cache)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/management/status", requests.Handle(_ => Task.FromResult(Status())));
        routes.MapPost("/management/stop", requests.Handle(_ => Task.FromResult(Stop())));
        routes.MapGet("/management/cache", requests.Handle(_ => Task.FromResult(Summary())));
        routes.MapGet("/management/databases/{database}/cache", requests.Handle(context => Task.FromResult(Statistics(context))));
        routes.MapPost("/management/databases/{database}/cache/invalidate", requests.Handle(InvalidateAsync));
        routes.Map("/management/{**other}", requests.Handle(static _ => throw NotHere()));
    }

    private Answer Status()
    {
        var status = new PlatformStatus(
            process.Version,
            Environment.ProcessId,
            process.Http,
            process.Data,
            process.StartedAt,
            0,
            new Dictionary<string, int>(),
            process.Host
        )
        {
            Https = process.Https(),
            Edge = process.Edge(),
        };
        return Answer.Ok(status, ManagementJson.Default.PlatformStatus);
    }

    private Answer Stop()
    {
        process.RequestStop();
        return Answer.Accepted;
    }

    private Answer Summary() => Answer.Ok(cache.Summary(), ManagementJson.Default.CacheSummary);

    private Answer Statistics(HttpContext context) => Answer.Ok(cache.Statistics(NamedBy(context)), ManagementJson.Default.CacheStatistics);

    private async Task<Answer> InvalidateAsync(HttpContext context)
    {
        InvalidateRequest request = await requests.ReadAsync(context, ManagementJson.Default.InvalidateRequest);
        int forgotten = await cache.InvalidateAsync(NamedBy(context), request.CheckedTags(), context.RequestAborted);
        return Answer.Ok(new InvalidationResult(forgotten) { AtThisEdgeAlone = true }, ManagementJson.Default.InvalidationResult);
    }

    private static DatabaseId NamedBy(HttpContext context) =>
        DatabaseId.TryParse((string?)context.Request.RouteValues["database"], out DatabaseId id)
            ? id
            : throw new DormouseException(
                FailureKind.Caller,
                "DM2074",
                "An edge knows databases by their ids alone, such as db_0123456789abcdef. './dormouse cache stats' shows those that it has served."
            );

    private static DormouseException NotHere() =>
        new(
            FailureKind.NotFound,
            "DM2075",
            "This is an edge: it has status, metrics and a cache. Ask the platform that it follows for all else, on that one's machine."
        );
}

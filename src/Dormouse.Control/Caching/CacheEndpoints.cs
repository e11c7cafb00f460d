using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Databases;
using Dormouse.Control.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dormouse.Control.Caching;

/// <summary>The query cache at the edge over HTTP: what it holds, what it did, and its emptying by hand.</summary>
internal sealed class CacheEndpoints(ManagementRequests requests, DatabaseRegistry databases, ICacheAdmin cache)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/management/cache", requests.Handle(SummaryAsync));
        routes.MapGet("/management/databases/{database}/cache", requests.Handle(StatisticsAsync));
        routes.MapPost("/management/databases/{database}/cache/invalidate", requests.Handle(InvalidateAsync));
    }

    private async Task<Answer> SummaryAsync(HttpContext context)
    {
        CacheSummary summary = cache.Summary();
        IReadOnlyList<Database> all = await databases.ListAsync(context.RequestAborted);
        var names = all.ToDictionary(database => database.Id.ToString(), database => database.Name);
        CacheSummary named = summary with
        {
            Databases =
            [
                .. summary
                    .Databases.Select(database => database with { Name = names.GetValueOrDefault(database.Id) })
                    .OrderBy(database => database.Name, StringComparer.Ordinal),
            ],
        };
        return Answer.Ok(named, ManagementJson.Default.CacheSummary);
    }

    private async Task<Answer> StatisticsAsync(HttpContext context)
    {
        Database database = await DatabaseEndpoints.NamedByAsync(context, databases);
        CacheStatistics statistics = cache.Statistics(database.Id);
        CacheStatistics named = statistics with { Database = statistics.Database with { Name = database.Name } };
        return Answer.Ok(named, ManagementJson.Default.CacheStatistics);
    }

    private async Task<Answer> InvalidateAsync(HttpContext context)
    {
        InvalidateRequest request = await requests.ReadAsync(context, ManagementJson.Default.InvalidateRequest);
        Database database = await DatabaseEndpoints.NamedByAsync(context, databases);
        int forgotten = await cache.InvalidateAsync(database.Id, request.CheckedTags(), context.RequestAborted);
        return Answer.Ok(new InvalidationResult(forgotten), ManagementJson.Default.InvalidationResult);
    }
}

internal static class InvalidateRequests
{
    /// <summary>The tags; null for all.</summary>
    /// <exception cref="DormouseException"><see cref="FailureKind.Caller"/></exception>
    public static IReadOnlyList<string>? CheckedTags(this InvalidateRequest request)
    {
        bool hasTags = request.Tags is { Count: > 0 };
        // Neither would mean nothing and both too much; whoever writes either has made a slip.
        return hasTags == request.All || request.Tags?.Contains(null!) == true
            ? throw new DormouseException(
                FailureKind.Caller,
                "DM2026",
                "Say what is to be forgotten: either some tags, or all. Over HTTP: {\"tags\":[\"user_42\"]} or {\"all\":true}."
            )
            : request.Tags;
    }
}

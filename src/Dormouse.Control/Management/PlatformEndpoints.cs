using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Databases;
using Dormouse.Control.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Dormouse.Control.Management;

/// <summary>The platform as a whole: how it is, and its end.</summary>
internal sealed class PlatformEndpoints(
    ManagementRequests requests,
    PlatformControl platform,
    DatabaseRegistry databases,
    MetricsCollector metrics
)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(
            "/management/status",
            requests.Handle(async context =>
            {
                IReadOnlyList<Database> all = await databases.ListAsync(context.RequestAborted);
                var status = new PlatformStatus(
                    platform.Version,
                    Environment.ProcessId,
                    platform.Http,
                    platform.Data,
                    platform.StartedAt,
                    all.Count,
                    all.GroupBy(database => database.State).ToDictionary(group => group.Key, group => group.Count()),
                    platform.Host
                )
                {
                    Https = platform.Https(),
                    Classes = all.Where(database => database.Instance is { IsLeftAlone: false })
                        .GroupBy(database => database.Instance!.Size.Now)
                        .ToDictionary(group => InstanceClassWords.WordOf(group.Key), group => group.Count()),
                    Resources = platform.Resources(),
                    Work = WorkReading.Of(metrics.Read()),
                };
                return Answer.Ok(status, ManagementJson.Default.PlatformStatus);
            })
        );
        routes.MapPost(
            "/management/stop",
            requests.Handle(_ =>
            {
                platform.RequestStop();
                return Task.FromResult(Answer.Accepted);
            })
        );
    }
}

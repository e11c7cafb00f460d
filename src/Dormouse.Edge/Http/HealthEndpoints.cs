using Dormouse.Contracts;
using Dormouse.Edge.Origin;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Edge.Http;

/// <summary>
/// <c>GET /health</c>: the process answers. <c>GET /ready</c>: requests should be sent here. Both are for probes: no key, no wake, no
/// bill, and nothing about anybody's databases.
/// </summary>
internal sealed class HealthEndpoints(IHostApplicationLifetime lifetime, IKeyDirectory keys, Answers answers, EdgeLease? lease = null)
{
    private static readonly byte[] Healthy = """{"status":"ok"}"""u8.ToArray();
    private static readonly byte[] Ready = """{"status":"ready"}"""u8.ToArray();
    private static readonly byte[] Starting = """{"status":"unready","reason":"The platform is starting."}"""u8.ToArray();
    private static readonly byte[] Stopping = """{"status":"unready","reason":"The platform is stopping."}"""u8.ToArray();
    private static readonly byte[] NoStore = """{"status":"unready","reason":"The control store does not answer."}"""u8.ToArray();

    private static readonly byte[] NoOrigin = """{"status":"unready","reason":"The origin does not answer."}"""u8.ToArray();

    public Task HealthAsync(HttpContext context) => answers.SendAsync(context, Healthy);

    public async Task ReadyAsync(HttpContext context)
    {
        byte[]? obstacle = await FindObstacleAsync(context.RequestAborted);
        await answers.SendAsync(
            context,
            obstacle is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            obstacle ?? Ready
        );
    }

    private async ValueTask<byte[]?> FindObstacleAsync(CancellationToken clientGone)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return Stopping;
        }
        if (!lifetime.ApplicationStarted.IsCancellationRequested)
        {
            return Starting;
        }
        return await keys.CanLookUpAsync(clientGone) ? null
            : lease is null ? NoStore
            : NoOrigin;
    }
}

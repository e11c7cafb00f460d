using System.Text;
using Dormouse.Control.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dormouse.Control.Metrics;

/// <summary><c>GET /metrics</c>: what the platform does, for Prometheus, to who has the admin token or the one for metrics.</summary>
internal sealed class MetricsEndpoint(ManagementRequests requests, MetricsCollector collector)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", requests.GuardMetrics(SendAsync));

    private async Task SendAsync(HttpContext context)
    {
        byte[] text = Encoding.UTF8.GetBytes(PrometheusText.Of(collector.Read()));
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        context.Response.ContentLength = text.Length;
        await context.Response.BodyWriter.WriteAsync(text, context.RequestAborted);
    }
}

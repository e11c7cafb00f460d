using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Otlp;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Edges;

/// <summary>One trace of an app, an edge and its origin, each with spans of its own, at one collector.</summary>
public sealed class EdgeTraceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trace_goes_from_the_app_through_an_edge_to_its_origin()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync(Cancelled);
        string[] export = ["--otlp-endpoint", collector.Endpoint.AbsoluteUri, "--otlp-ratio", "0", "--otlp-metrics-every", "0"];
        await using PlatformProcess platform = await PlatformProcess.StartAsync(Cancelled, ["--no-sample", "--edges", "0", .. export]);
        JsonElement added = await platform.JsonAsync(["edge", "add", "near"], Cancelled);
        string tokenFile = Path.Combine(platform.DataPath, "near.token");
        await File.WriteAllTextAsync(tokenFile, added.GetProperty("token").GetString(), Cancelled);
        string origin = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{platform.Up.GetProperty("edges").GetInt32()}");
        await using PlatformProcess edge = await PlatformProcess.StartAsync(
            Cancelled,
            ["--role", "edge", "--origin", origin, "--origin-token-file", tokenFile, .. export]
        );
        PlatformDatabase database = await platform.CreateDatabaseAsync("traced", Cancelled);
        using ProtocolClient client = new(edge.Http, database.ApiKey);

        using var app = new Activity("app");
        app.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        app.Start();
        await client.ScalarAsync("SELECT 1", Cancelled);
        string trace = app.TraceId.ToHexString();
        IReadOnlyList<CollectedSpan> spans = await TraceAsync(collector, trace);

        CollectedSpan[] servers = [.. spans.Where(span => span.Kind == SpanKind.Server)];
        CollectedSpan statement = spans.Single(span => span.Name == "SELECT");
        CollectedSpan atOrigin = servers.Single(span => span.SpanId == statement.ParentId);
        CollectedSpan atEdge = servers.Single(span => span != atOrigin);
        Assert.Equal(atEdge.SpanId, atOrigin.ParentId);
        Assert.DoesNotContain(spans, span => span.SpanId == atEdge.ParentId);
        Assert.NotEqual(atEdge.Resource["service.instance.id"], atOrigin.Resource["service.instance.id"]);
        Assert.Equal((database.Id, database.Id), (atEdge.Attributes["db.namespace"], atOrigin.Attributes["db.namespace"]));
        Assert.All(spans, span => Assert.Equal(trace, span.TraceId));
        Assert.All(spans, span => Assert.False(span.Attributes.ContainsKey("dormouse.caller")));
    }

    // Both processes send theirs in their own time.
    private static async Task<IReadOnlyList<CollectedSpan>> TraceAsync(OtlpCollector collector, string trace)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (true)
        {
            CollectedSpan[] spans = [.. collector.Spans.Where(span => span.TraceId == trace)];
            if (spans.Count(span => span.Kind == SpanKind.Server) == 2 && spans.Any(span => span.Name == "SELECT"))
            {
                return spans;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        }
    }
}

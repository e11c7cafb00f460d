using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Testing.Otlp;

/// <summary>
/// A collector of OpenTelemetry's protocol over HTTP at a free port, which reads what it is sent by the protocol's own field numbers
/// (opentelemetry-proto 1.x). It can be slow, or answer with a failure.
/// </summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<CollectedSpan> spans = new();
    private readonly ConcurrentQueue<CollectedMetric> metrics = new();
    private int requests;

    private OtlpCollector(WebApplication app) => this.app = app;

    public Uri Endpoint => new(app.Urls.Single());

    /// <summary>What has to be in each request's headers; else it is refused.</summary>
    public (string Name, string Value)? Header { get; set; }

    /// <summary>The status of the next answers to requests, of which then nothing is kept.</summary>
    public ConcurrentQueue<int> Failures { get; } = new();

    /// <summary>When set, each request waits for it.</summary>
    public Task? Gate { get; set; }

    public int Requests => Volatile.Read(ref requests);

    public IReadOnlyCollection<CollectedSpan> Spans => spans;

    public IReadOnlyCollection<CollectedMetric> Metrics => metrics;

    public static async Task<OtlpCollector> StartAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        var collector = new OtlpCollector(app);
        app.Run(collector.TakeAsync);
        await app.StartAsync(cancellationToken);
        return collector;
    }

    /// <summary>The spans of a trace, as they began, once one of this name is among them.</summary>
    public async Task<IReadOnlyList<CollectedSpan>> TraceAsync(string traceId, string until)
    {
        await Eventually.TrueAsync(() => spans.Any(span => span.TraceId == traceId && span.Name == until));
        return [.. spans.Where(span => span.TraceId == traceId).OrderBy(span => span.Start)];
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        if (Gate is { } gate)
        {
            await gate.WaitAsync(context.RequestAborted);
        }
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (Failures.TryDequeue(out int status))
        {
            context.Response.StatusCode = status;
            return;
        }
        bool isAllowed = Header is not { } header || context.Request.Headers[header.Name].ToString() == header.Value;
        if (!isAllowed || context.Request.ContentType != "application/x-protobuf")
        {
            context.Response.StatusCode = isAllowed ? StatusCodes.Status415UnsupportedMediaType : StatusCodes.Status401Unauthorized;
            return;
        }
        Keep(context.Request.Path, new ProtoMessage(body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }

    private void Keep(string path, ProtoMessage request)
    {
        foreach (ProtoMessage source in request.All(1))
        {
            IReadOnlyDictionary<string, string> resource = CollectedMetric.Pairs(source.One(1), 1);
            foreach (ProtoMessage item in source.All(2).SelectMany(scope => scope.All(2)))
            {
                if (path == "/v1/traces")
                {
                    spans.Enqueue(CollectedSpan.Of(item, resource));
                }
                else if (path == "/v1/metrics")
                {
                    metrics.Enqueue(CollectedMetric.Of(item, resource));
                }
            }
        }
    }
}

/// <summary>A span as a collector sees it.</summary>
public sealed record CollectedSpan(
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    SpanKind Kind,
    ulong Start,
    ulong End,
    IReadOnlyDictionary<string, string> Attributes,
    bool IsError,
    IReadOnlyDictionary<string, string> Resource
)
{
    internal static CollectedSpan Of(ProtoMessage span, IReadOnlyDictionary<string, string> resource) =>
        new(
            span.Hex(1),
            span.Hex(2),
            span.Hex(4),
            span.Text(5),
            (SpanKind)span.Number(6),
            span.Number(7),
            span.Number(8),
            CollectedMetric.Pairs(span, 9),
            span.All(15).Any(status => status.Number(3) == 2),
            resource
        );
}

/// <summary>As the protocol numbers them.</summary>
public enum SpanKind
{
    Unspecified = 0,
    Internal = 1,
    Server = 2,
    Client = 3,
}

/// <summary>One export of an instrument.</summary>
public sealed record CollectedMetric(
    string Name,
    string Unit,
    string Shape,
    IReadOnlyList<IReadOnlyDictionary<string, string>> Points,
    IReadOnlyDictionary<string, string> Resource
)
{
    internal static CollectedMetric Of(ProtoMessage metric, IReadOnlyDictionary<string, string> resource)
    {
        (string shape, int number, int attributes) =
            metric.All(9).Any() ? ("histogram", 9, 9)
            : metric.All(7).Any() ? ("sum", 7, 7)
            : ("gauge", 5, 7);
        return new(
            metric.Text(1),
            metric.Text(3),
            shape,
            [.. metric.One(number).All(1).Select(point => Pairs(point, attributes))],
            resource
        );
    }

    /// <summary>Attributes as texts, whatever their type.</summary>
    internal static IReadOnlyDictionary<string, string> Pairs(ProtoMessage message, int number) =>
        message.All(number).ToDictionary(pair => pair.Text(1), pair => TextOf(pair.One(2)));

    private static string TextOf(ProtoMessage value) =>
        value.Text(1) is { Length: > 0 } text ? text : value.Number(3).ToString(System.Globalization.CultureInfo.InvariantCulture);
}

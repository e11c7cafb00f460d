using Dormouse.Contracts.Management;
using Dormouse.Control;
using Dormouse.Control.Management;
using Dormouse.Data;
using Dormouse.Edge;
using Dormouse.Edge.Origin;
using Dormouse.Edge.Tls;
using Dormouse.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Roles;

/// <summary>
/// An edge alone: a front door with its cache, before a platform that is elsewhere. It starts whether that can be reached or not. Its data
/// folder holds a development certificate, a log and the record by which <c>down</c> finds it; it is nothing that must be kept.
/// </summary>
internal sealed class EdgePlatform : IRunningPlatform
{
    private readonly WebApplication app;
    private readonly DataFolder folder;
    private readonly TaskCompletionSource stopAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EdgePlatform(UpOptions options, UpOrigin origin, FrontDoor door, Action<string> log)
    {
        folder = options.Folder;
        WebApplicationBuilder builder = DoorHost.NewBuilder(folder, door, log);
        builder.Services.AddSingleton(folder.SecretBox());
        builder.Services.AddDormouseRemoteEdge(options.Edge(), origin.Options());
        builder.Services.AddDormouseEdgeManagement(
            new ManagementOptions
            {
                AdminToken = folder.AdminToken(),
                MetricsToken = folder.MetricsToken(),
                HasOwnDoor = door.Management is not null,
            }
        );
        string http = $"http://{door.Http.Endpoints[0]}";
        Uri? https = options.HttpsOrigin(door.Https?.Port);
        builder.Services.AddSingleton(host => new PlatformControl
        {
            Version = Platform.Version,
            Http = http,
            Https = () => Platform.Status(https, host.GetService<FrontDoorCertificate>()),
            Data = folder.Path,
            StartedAt = TimeProvider.System.GetUtcNow(),
            Host = [],
            Edge = host.RemoteEdgeStatus,
            RequestStop = () => stopAsked.TrySetResult(),
        });
        builder.Services.AddOtlpExport(options.Otlp?.Options(Platform.Version));
        app = builder.Build();
        app.MapDormouseRemoteEdge();
        app.MapDormouseEdgeManagement();
        Report = new UpReport(http, folder.Path, Environment.ProcessId, false, null, [])
        {
            Management = door.ManagementUrl,
            Origin = origin.Address.GetLeftPart(UriPartial.Authority),
        };
    }

    public UpReport Report { get; private set; }

    public string EndText => "The edge is stopped.";

    public static async Task<IRunningPlatform> StartAsync(
        UpOptions options,
        UpOrigin origin,
        Action<string> log,
        CancellationToken cancellationToken
    )
    {
        using FrontDoor door = FrontDoor.Open(options);
        Uri? https = options.HttpsOrigin(door.Https?.Port);
        var platform = new EdgePlatform(options, origin, door, log);
        try
        {
            await platform.StartAsync(https, cancellationToken);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await Task.WhenAny(stopAsked.Task, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        folder.RemoveRecord();
        await app.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        folder.RemoveRecord();
        await app.DisposeAsync();
    }

    private async Task StartAsync(Uri? https, CancellationToken cancellationToken)
    {
        FrontDoorCertificate? certificate = app.Services.GetService<FrontDoorCertificate>();
        certificate?.Load();
        await app.StartAsync(cancellationToken);
        Report = Report with { Https = Platform.Status(https, certificate) };
        long startTicks = PlatformRecord.StartTicksOf(Environment.ProcessId)!.Value;
        folder.WriteRecord(
            new PlatformRecord(Environment.ProcessId, startTicks, Report.Http, null, TimeProvider.System.GetUtcNow())
            {
                Role = PlatformRecord.EdgeRole,
                Management = Report.Management,
            }
        );
    }
}

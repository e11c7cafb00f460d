using System.Reflection;
using Dormouse.Commands;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control;
using Dormouse.Control.Management;
using Dormouse.Data;
using Dormouse.Edge;
using Dormouse.Edge.Door;
using Dormouse.Edge.Tls;
using Dormouse.Instances;
using Dormouse.Instances.Backups;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Swap;
using Dormouse.Instances.Templates;
using Dormouse.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Roles;

/// <summary>
/// All roles in this process. Start: 1 sockets and certificate, so that what is wrong with them is told at once; zram where it was asked for;
/// 2 instances (image, template, adoption of what runs); 3 control (system instance, store, recovery); 4 edge and Kestrel; 5 the sample database;
/// 6 the record by which the command line finds us. Stop goes the other way; the instances stay as they are unless <c>down</c> asked for their end.
/// </summary>
internal sealed class Platform : IRunningPlatform
{
    public static readonly string Version = typeof(Platform)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    private readonly WebApplication app;
    private readonly DataFolder folder;
    private readonly int? edgesPort;
    private readonly string? managementUrl;

    // Whether the end that came was that of "down".
    private bool stoppedInstances;
    private readonly TaskCompletionSource downAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Platform(UpOptions options, FrontDoor door, IReadOnlyList<string> hostReport, Action<string> log)
    {
        folder = options.Folder;
        edgesPort = door.Edges?.Port;
        managementUrl = door.ManagementUrl;
        app = Build(options, door, hostReport, log);
    }

    public UpReport Report { get; private set; } = null!;

    public string EndText =>
        stoppedInstances
            ? "Dormouse and its instances are stopped."
            : "Dormouse is stopped; its instances stay as they are. './dormouse up' finds them again, './dormouse down' stops them.";

    /// <summary>The data folder must be locked by the caller.</summary>
    public static async Task<Platform> StartAsync(
        UpOptions options,
        Action<string> log,
        Terminal terminal,
        CancellationToken cancellationToken
    )
    {
        using FrontDoor door = FrontDoor.Open(options);
        // Before the host is looked at, which tells its swap.
        await ZramSwap.Of(options.Folder.Path).EnsureAsync(options.ZramBytes, cancellationToken);
        IReadOnlyList<string> hostReport = await HostLines.ReadAsync(options.Folder, terminal, cancellationToken);
        var platform = new Platform(options, door, hostReport, log);
        try
        {
            await platform.StartAsync(options, terminal.Progress, cancellationToken);
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
        await Task.WhenAny(downAsked.Task, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        folder.RemoveRecord();
        await app.StopAsync(CancellationToken.None);
        if (downAsked.Task.IsCompleted)
        {
            await app.Services.GetRequiredService<InstanceLifecycle>().StopAllAsync(CancellationToken.None);
            // Only now is nothing in it that anybody needs.
            await ZramSwap.Of(folder.Path).RemoveAsync(CancellationToken.None);
            stoppedInstances = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        folder.RemoveRecord();
        await app.DisposeAsync();
    }

    private async Task StartAsync(UpOptions options, IProgress<string> progress, CancellationToken cancellationToken)
    {
        IServiceProvider services = app.Services;
        services.GetService<FrontDoorCertificate>()?.Load();
        PostgresImage image = await services.GetRequiredService<ImageStore>().EnsureDefaultAsync(progress, cancellationToken);
        await services.GetRequiredService<TemplateStore>().EnsureAsync(image, cancellationToken);
        services.GetRequiredService<InstanceBackups>().RemoveUnfinished();
        await services.GetRequiredService<InstanceLifecycle>().StartAsync(cancellationToken);
        // What runs has been found, and nobody can ask for anything yet.
        services.GetRequiredService<ImageCleanup>().Run(folder.Instances);
        await app.StartAsync(cancellationToken);
        SampleBlog sample = ActivatorUtilities.CreateInstance<SampleBlog>(services);
        (bool firstRun, SampleReport? blog) = await sample.EnsureAsync(options.Sample, cancellationToken);
        PlatformControl control = services.GetRequiredService<PlatformControl>();
        Report = new UpReport(control.Http, folder.Path, Environment.ProcessId, firstRun, blog, control.Host)
        {
            Https = control.Https(),
            Tcp = options.TcpPort,
            Edges = edgesPort,
            Management = managementUrl,
        };
        long startTicks = PlatformRecord.StartTicksOf(Environment.ProcessId)!.Value;
        folder.WriteRecord(
            new PlatformRecord(Environment.ProcessId, startTicks, control.Http, options.TcpPort, control.StartedAt)
            {
                Management = managementUrl,
            }
        );
    }

    private WebApplication Build(UpOptions options, FrontDoor door, IReadOnlyList<string> hostReport, Action<string> log)
    {
        WebApplicationBuilder builder = DoorHost.NewBuilder(folder, door, log);
        AddRoles(builder.Services, options, door, hostReport);
        WebApplication built = builder.Build();
        built.UseDormouseEdges();
        built.MapDormouseEdge();
        built.MapDormouseManagement();
        return built;
    }

    // In the order in which they start.
    private void AddRoles(IServiceCollection services, UpOptions options, FrontDoor door, IReadOnlyList<string> hostReport)
    {
        EdgeOptions edge = options.Edge();
        string http = $"http://{door.Http.Endpoints[0]}";
        Uri? httpsOrigin = options.HttpsOrigin(door.Https?.Port);
        services.AddSingleton(folder.SecretBox());
        services.AddSingleton(options.Images());
        services.AddDormouseInstances(options.Instances());
        services.AddDormouseControl(
            new ControlOptions
            {
                StoreConnectionString = options.ControlStore,
                KeyPepper = folder.Pepper(),
                AdminToken = folder.AdminToken(),
                MetricsToken = folder.MetricsToken(),
                HasManagementDoor = door.Management is not null,
                PublicOrigin = options.PublicOrigin(door.Http.Port),
                HttpsOrigin = httpsOrigin,
                CaFile = edge.Tls?.CaFile,
                MaxClass = options.MaxClass ?? InstanceClass.Small,
            }
        );
        services.AddSingleton(host => new PlatformControl
        {
            Version = Version,
            Http = http,
            Https = () => Status(httpsOrigin, host.GetService<FrontDoorCertificate>()),
            Data = folder.Path,
            StartedAt = TimeProvider.System.GetUtcNow(),
            Host = hostReport,
            Resources = () => host.GetRequiredService<InstanceLifecycle>().ReadResources(),
            RequestStop = () => downAsked.TrySetResult(),
        });
        services.AddDormouseEdge(edge);
        services.AddOtlpExport(options.Otlp?.Options(Version));
    }

    public static HttpsStatus? Status(Uri? origin, FrontDoorCertificate? certificate) =>
        origin is null
            ? null
            : new HttpsStatus(origin.GetLeftPart(UriPartial.Authority))
            {
                CertificateFile = certificate?.CertificateFile,
                ValidUntil = certificate?.Until,
                CaFile = certificate?.CaFile,
                Problem = certificate?.Problem,
            };
}

using System.Reflection;
using Dormouse.Commands;
using Dormouse.Contracts.Management;
using Dormouse.Control;
using Dormouse.Control.Management;
using Dormouse.Data;
using Dormouse.Edge;
using Dormouse.Edge.Tls;
using Dormouse.Instances;
using Dormouse.Instances.Backups;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Logging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dormouse.Roles;

/// <summary>
/// All roles in this process. Start: 1 sockets and certificate, so that what is wrong with them is told at once; 2 instances (image, template, adoption of what
/// runs); 3 control (system instance, store, recovery); 4 edge and Kestrel; 5 the sample database; 6 the record by which the command line
/// finds us. Stop goes the other way; the instances stay as they are unless <c>down</c> asked for their end.
/// </summary>
internal sealed class Platform : IAsyncDisposable
{
    // Kestrel's requests in flight get this long; a query that takes longer is cut, and its transaction rolls back.
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(10);

    private readonly WebApplication app;
    private readonly DataFolder folder;
    private readonly TaskCompletionSource downAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Platform(UpOptions options, FrontDoor door, IReadOnlyList<string> hostReport, Action<string> log)
    {
        folder = options.Folder;
        app = Build(options, door, hostReport, log);
    }

    public UpReport Report { get; private set; } = null!;

    /// <summary>Whether the end that came was <c>down</c>'s.</summary>
    public bool StoppedInstances { get; private set; }

    /// <summary>The data folder must be locked by the caller.</summary>
    public static async Task<Platform> StartAsync(
        UpOptions options,
        Action<string> log,
        Terminal terminal,
        CancellationToken cancellationToken
    )
    {
        using FrontDoor door = FrontDoor.Open(options);
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

    /// <summary>Runs until <paramref name="stop"/> or <c>down</c>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await Task.WhenAny(downAsked.Task, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        folder.RemoveRecord();
        await app.StopAsync(CancellationToken.None);
        if (downAsked.Task.IsCompleted)
        {
            await app.Services.GetRequiredService<InstanceLifecycle>().StopAllAsync(CancellationToken.None);
            StoppedInstances = true;
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
        await app.StartAsync(cancellationToken);
        SampleBlog sample = ActivatorUtilities.CreateInstance<SampleBlog>(services);
        (bool firstRun, SampleReport? blog) = await sample.EnsureAsync(options.Sample, cancellationToken);
        PlatformControl control = services.GetRequiredService<PlatformControl>();
        Report = new UpReport(control.Http, folder.Path, Environment.ProcessId, firstRun, blog, control.Host)
        {
            Https = control.Https(),
            Tcp = options.TcpPort,
        };
        long startTicks = PlatformRecord.StartTicksOf(Environment.ProcessId)!.Value;
        folder.WriteRecord(new PlatformRecord(Environment.ProcessId, startTicks, control.Http, options.TcpPort, control.StartedAt));
    }

    private WebApplication Build(UpOptions options, FrontDoor door, IReadOnlyList<string> hostReport, Action<string> log)
    {
        // Nothing of the environment or of files lying about changes what the platform does: the command line says it all.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = folder.Path });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(door.ListenIn);
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = door.Take);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTimeout);
        builder.Services.AddRoutingCore();
        builder.Logging.AddProvider(new LineLoggerProvider(log, TimeProvider.System));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // It tells no more than a request's begin and end, and would make an activity and a scope of each for the sake of that.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        AddRoles(builder.Services, options, door, hostReport);
        WebApplication built = builder.Build();
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
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(folder.SecretBox());
        services.AddDormouseInstances(options.Instances());
        services.AddDormouseControl(
            new ControlOptions
            {
                StoreConnectionString = options.ControlStore,
                KeyPepper = folder.Pepper(),
                AdminToken = folder.AdminToken(),
                PublicOrigin = options.PublicOrigin(door.Http.Port),
                HttpsOrigin = httpsOrigin,
                CaFile = edge.Tls?.CaFile,
            }
        );
        services.AddSingleton(host => new PlatformControl
        {
            Version = typeof(Platform).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            Http = http,
            Https = () => Status(httpsOrigin, host.GetService<FrontDoorCertificate>()),
            Data = folder.Path,
            StartedAt = TimeProvider.System.GetUtcNow(),
            Host = hostReport,
            Resources = () => host.GetRequiredService<InstanceLifecycle>().ReadResources(),
            RequestStop = () => downAsked.TrySetResult(),
        });
        services.AddDormouseEdge(edge);
    }

    private static HttpsStatus? Status(Uri? origin, FrontDoorCertificate? certificate) =>
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

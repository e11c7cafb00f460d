using Dormouse.Data;
using Dormouse.Logging;
using Dormouse.Memory;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dormouse.Roles;

/// <summary>The host that all processes with a front door have in common: Kestrel on sockets that are open already, and a log.</summary>
internal static class DoorHost
{
    // Kestrel's requests in flight get this long; a query that takes longer is cut, and its transaction rolls back.
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(10);

    public static WebApplicationBuilder NewBuilder(DataFolder folder, FrontDoor door, Action<string> log)
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
        // What fails at the start or the end is thrown too, and told by whoever gets it, in words and not as a stack.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IRuntimeMemory, RuntimeMemory>();
        builder.Services.AddHostedService<SpareMemory>();
        return builder;
    }
}

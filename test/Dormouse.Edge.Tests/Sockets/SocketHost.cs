using System.Net;
using System.Net.Sockets;
using Dormouse.Edge.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Tests.Sockets;

/// <summary>Kestrel with nothing but connections: what is sent to it reaches a delegate as bytes.</summary>
internal sealed class SocketHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private SocketHost(WebApplication app)
    {
        this.app = app;
        Address = new Uri(app.Urls.Single());
    }

    public Uri Address { get; }

    /// <param name="isOurs">Over the transport that is tested, or over .NET's sockets, to see that both do the same.</param>
    /// <param name="serve">Of each connection.</param>
    public static async Task<SocketHost> StartAsync(bool isOurs, Func<ConnectionContext, Task> serve)
    {
        var options = new EdgeOptions();
        options.Connections.ReceivingThreads = isOurs ? 2 : 0;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Run(serve)));
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IConnectionListenerFactory, LoopTransport>();
        WebApplication app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new SocketHost(app);
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Address.Host, Address.Port, TestContext.Current.CancellationToken);
        return socket;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

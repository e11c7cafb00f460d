using System.Net;
using System.Net.Sockets;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dormouse.Roles;

/// <summary>
/// The front door's ports: one for plain http, and one for https where that was asked for. With both, the address to listen at is that of
/// https, and plain http stays on this machine: keys in clear have no business on a network.
/// </summary>
internal sealed class FrontDoor : IDisposable
{
    private FrontDoor(FrontDoorSockets http, FrontDoorSockets? https)
    {
        Http = http;
        Https = https;
    }

    public FrontDoorSockets Http { get; }

    public FrontDoorSockets? Https { get; }

    public static FrontDoor Open(UpOptions options)
    {
        FrontDoorSockets http = FrontDoorSockets.Open(options.Https is null ? options.Listen : null, options.HttpPort, "--http");
        try
        {
            return new FrontDoor(http, options.Https is { } https ? FrontDoorSockets.Open(options.Listen, https.Port, "--https") : null);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    public void ListenIn(KestrelServerOptions kestrel)
    {
        foreach (IPEndPoint endpoint in Http.Endpoints)
        {
            kestrel.Listen(endpoint, listen => listen.UseDormouseConnectionLimit());
        }
        foreach (IPEndPoint endpoint in Https?.Endpoints ?? [])
        {
            kestrel.Listen(endpoint, listen => listen.UseDormouseConnectionLimit().UseDormouseTls());
        }
    }

    /// <summary>Hands a socket over; its new owner closes it.</summary>
    public Socket Take(EndPoint endpoint) =>
        Http.Take(endpoint) ?? Https?.Take(endpoint) ?? throw new InvalidOperationException($"{endpoint} is no address of the front door.");

    public void Dispose()
    {
        Http.Dispose();
        Https?.Dispose();
    }
}

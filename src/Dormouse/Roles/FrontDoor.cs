using System.Net;
using System.Net.Sockets;
using Dormouse.Control.Management;
using Dormouse.Edge.Door;
using Dormouse.Edge.Hits;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dormouse.Roles;

/// <summary>
/// The front door's ports: one for plain http; one for https, one for edges and one for management where these were asked for. With both, the address to listen at is that of
/// https, and plain http stays on this machine: keys in clear have no business on a network.
/// </summary>
internal sealed class FrontDoor : IDisposable
{
    private FrontDoor(FrontDoorSockets http) => Http = http;

    public FrontDoorSockets Http { get; }

    public FrontDoorSockets? Https { get; private set; }

    /// <summary>The door for edges of their own, if there is one: with TLS where there is https, else on this machine alone.</summary>
    public FrontDoorSockets? Edges { get; private set; }

    /// <summary>The door for management and metrics, if they are to be at no other. On this machine alone.</summary>
    public FrontDoorSockets? Management { get; private set; }

    public string? ManagementUrl => Management is { } door ? $"http://{door.Endpoints[0]}" : null;

    public static FrontDoor Open(UpOptions options)
    {
        var door = new FrontDoor(FrontDoorSockets.Open(options.Https is null ? options.Listen : null, options.HttpPort, "--http"));
        try
        {
            IPAddress? encrypted = options.Https is null ? null : options.Listen;
            door.Https = options.Https is { } https ? FrontDoorSockets.Open(encrypted, https.Port, "--https") : null;
            door.Edges = options.EdgesPort is { } edges ? FrontDoorSockets.Open(encrypted, edges, "--edges") : null;
            door.Management = options.ManagementPort is { } management ? FrontDoorSockets.Open(null, management, "--management") : null;
            return door;
        }
        catch
        {
            door.Dispose();
            throw;
        }
    }

    public void ListenIn(KestrelServerOptions kestrel)
    {
        foreach (IPEndPoint endpoint in Http.Endpoints)
        {
            kestrel.Listen(endpoint, listen => listen.UseDormouseConnectionLimit().UseDormouseHits());
        }
        foreach (IPEndPoint endpoint in Https?.Endpoints ?? [])
        {
            kestrel.Listen(endpoint, listen => listen.UseDormouseConnectionLimit().UseDormouseTls().UseDormouseHits());
        }
        foreach (IPEndPoint endpoint in Edges?.Endpoints ?? [])
        {
            kestrel.Listen(endpoint, listen => listen.UseDormouseConnectionLimit().UseDormouseEdgeDoor());
        }
        // Without the limit on connections: whoever fills that from outside must not lock out whoever would end it.
        foreach (IPEndPoint endpoint in Management?.Endpoints ?? [])
        {
            kestrel.Listen(endpoint, listen => listen.UseDormouseManagementDoor());
        }
    }

    /// <summary>Hands a socket over; its new owner closes it.</summary>
    public Socket Take(EndPoint endpoint) =>
        Http.Take(endpoint)
        ?? Https?.Take(endpoint)
        ?? Edges?.Take(endpoint)
        ?? Management?.Take(endpoint)
        ?? throw new InvalidOperationException($"{endpoint} is no address of the front door.");

    public void Dispose()
    {
        Http.Dispose();
        Https?.Dispose();
        Edges?.Dispose();
        Management?.Dispose();
    }
}

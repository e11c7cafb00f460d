using Dormouse.Edge.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Edge.Door;

/// <summary>The door of a platform for edges of their own: a port apart from that of apps, where HTTP/2 alone is spoken.</summary>
public static class EdgeDoor
{
    /// <summary>Lets an address that Kestrel listens at be the door, over TLS where <see cref="EdgeOptions.Tls"/> says how.</summary>
    public static ListenOptions UseDormouseEdgeDoor(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        listen.Protocols = HttpProtocols.Http2;
        if (listen.ApplicationServices.GetService<FrontDoorCertificate>() is { } certificate)
        {
            listen.UseHttps(
                new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => ValueTask.FromResult(certificate.EdgeHandshake),
                    HandshakeTimeout = certificate.HandshakeTimeout,
                }
            );
        }
        listen.Use(next =>
            connection =>
            {
                connection.Features.Set(DoorMark.Instance);
                return next(connection);
            }
        );
        return listen;
    }

    /// <summary>Lets edges in that show their token, and nobody else, where the door is. Other addresses are not concerned.</summary>
    public static void UseDormouseEdges(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        EdgeGate gate = ActivatorUtilities.CreateInstance<EdgeGate>(app.ApplicationServices);
        app.Use(gate.PassAsync);
    }

    /// <summary>Set on connections that came through the door.</summary>
    internal sealed class DoorMark
    {
        public static readonly DoorMark Instance = new();
    }
}

using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Edge.Tls;

/// <summary>Lets an address that Kestrel listens at speak TLS with the edge's certificate.</summary>
public static class TlsListening
{
    /// <summary>Needs <see cref="EdgeOptions.Tls"/>.</summary>
    public static ListenOptions UseDormouseTls(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        var certificate = listen.ApplicationServices.GetRequiredService<FrontDoorCertificate>();
        listen.Protocols = HttpProtocols.Http1;
        return listen.UseHttps(
            new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(certificate.Handshake),
                HandshakeTimeout = certificate.HandshakeTimeout,
            }
        );
    }
}

using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Edge.Limits;

/// <summary>Bounds the sockets of one address, before anything is read from them: a slow handshake or header holds one too.</summary>
public static class ConnectionLimit
{
    /// <summary>Goes before TLS.</summary>
    public static ListenOptions UseDormouseConnectionLimit(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        var addresses = listen.ApplicationServices.GetRequiredService<AddressLimits>();
        listen.Use(next => connection => CountedAsync(connection, next, addresses));
        return listen;
    }

    internal static async Task CountedAsync(ConnectionContext connection, ConnectionDelegate next, AddressLimits addresses)
    {
        if (!addresses.TryConnect((connection.RemoteEndPoint as IPEndPoint)?.Address, out Caller? account))
        {
            connection.Abort(new ConnectionAbortedException("The address has as many connections as it may."));
            return;
        }
        try
        {
            await next(connection);
        }
        finally
        {
            if (account is not null)
            {
                Interlocked.Decrement(ref account.Connections);
            }
        }
    }
}

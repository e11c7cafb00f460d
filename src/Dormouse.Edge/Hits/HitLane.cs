using System.IO.Pipelines;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Edge.Hits;

/// <summary>
/// Stands between the sockets and Kestrel's HTTP/1.1 and answers hits of the cache before a request becomes an <c>HttpContext</c>: that costs
/// more than the hit itself. All else reaches Kestrel untouched.
/// </summary>
public static class HitLane
{
    /// <summary>Goes after <see cref="ConnectionLimit"/> and TLS.</summary>
    public static ListenOptions UseDormouseHits(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        var answers = listen.ApplicationServices.GetRequiredService<HitAnswers>();
        ConnectionLimitOptions options = listen.ApplicationServices.GetRequiredService<EdgeOptions>().Connections;
        var timeProvider = listen.ApplicationServices.GetRequiredService<TimeProvider>();
        if (answers.IsOn)
        {
            listen.Use(next => connection => PassAsync(connection, next, answers, options, timeProvider));
        }
        return listen;
    }

    private static async Task PassAsync(
        ConnectionContext connection,
        ConnectionDelegate next,
        HitAnswers answers,
        ConnectionLimitOptions options,
        TimeProvider timeProvider
    )
    {
        IDuplexPipe transport = connection.Transport;
        using var reader = new HitReader(connection, answers, options, timeProvider);
        connection.Transport = new DuplexPipe(reader, transport.Output);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    }
}

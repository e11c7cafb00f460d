using Dormouse.Contracts;
using Dormouse.Edge.Tracing;
using Dormouse.Postgres;

namespace Dormouse.Edge.Engine;

/// <summary>
/// From a database's id to a connection of the server that serves it: its instance, which is woken if need be, or the server that is
/// attached. Synchronous when the server is awake and a connection idle.
/// </summary>
internal sealed class ServerAccess(IInstanceHost host, IAttachedServers attached, ServerPools pools)
{
    /// <summary>How many connections the database's pool may have.</summary>
    public int ConnectionsOf(DatabaseId database) =>
        attached.Find(database) is { } server ? server.MaxConnections : pools.ConnectionsOf(database);

    public async ValueTask<ServerSeat> TakeAsync(DatabaseId database, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            using Stage route = Stage.Start("route");
            AttachedEndpoint? server = attached.Find(database);
            // (6) lease: from here to the lease's disposal the instance stays awake
            IInstanceLease? lease = server is null ? await host.LeaseAsync(database, cancellationToken) : null;
            route.Tag("dormouse.route", server is null ? "instance" : "attached").End();
            try
            {
                // (7) rent
                return new ServerSeat(lease, await RentAsync(server ?? (ServerEndpoint)lease!.Endpoint, cancellationToken));
            }
            // The instance went down between the lease and the connection; nothing was sent yet, so a second lease is safe. It either
            // wakes the instance anew or fails with the reason. An attached server's URL may have been replaced meanwhile.
            catch (ServerConnectionException failure) when (attempt == 0 && MayHelp(failure.Failure, lease is not null))
            {
                lease?.Dispose();
            }
            catch
            {
                lease?.Dispose();
                throw;
            }
        }
    }

    private static bool MayHelp(ServerFailure failure, bool isInstance) =>
        failure == ServerFailure.PoolClosed || failure == ServerFailure.Unreachable && isInstance;

    // A log-in that was cut off is no doubt about a statement: none was sent.
    private async ValueTask<PooledConnection> RentAsync(ServerEndpoint endpoint, CancellationToken cancellationToken)
    {
        using Stage stage = Stage.Start("pool");
        try
        {
            PooledConnection connection = await pools.For(endpoint).RentAsync(cancellationToken);
            stage.End();
            return connection;
        }
        catch (ServerConnectionException lost) when (lost.Failure is ServerFailure.Lost or ServerFailure.Protocol)
        {
            throw EdgeFailures.ServerAway(lost);
        }
        catch (PostgresException starting) when (StatementRun.IsEndOfSession(starting))
        {
            throw EdgeFailures.ServerAway(starting);
        }
    }
}

/// <summary>A connection, together with the lease that keeps its instance awake where there is one. Dispose it once.</summary>
internal readonly struct ServerSeat(IInstanceLease? lease, PooledConnection connection) : IAsyncDisposable
{
    public ServerConnection Connection => connection.Connection;

    /// <summary>Null for an attached server, whose disk is its owner's.</summary>
    public DiskGate? Disk => lease?.Endpoint.Disk;

    public async ValueTask DisposeAsync()
    {
        // The connection goes first: closing it may need the instance awake.
        try
        {
            await connection.DisposeAsync();
        }
        finally
        {
            lease?.Dispose();
        }
    }
}

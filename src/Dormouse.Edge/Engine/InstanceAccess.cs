using Dormouse.Contracts;
using Dormouse.Postgres;

namespace Dormouse.Edge.Engine;

/// <summary>From a database's id to a server connection of its awake instance. Synchronous when the instance runs and a connection is idle.</summary>
internal sealed class InstanceAccess(IInstanceHost host, InstancePools pools)
{
    /// <summary>Wakes the instance if need be and takes one of its connections.</summary>
    public async ValueTask<InstanceSeat> TakeAsync(DatabaseId database, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            // (6) lease: from here to the lease's disposal the instance stays awake
            IInstanceLease lease = await host.LeaseAsync(database, cancellationToken);
            try
            {
                // (7) rent
                return new InstanceSeat(lease, await pools.For(lease.Endpoint).RentAsync(cancellationToken));
            }
            // The instance went down between the lease and the connection; nothing was sent yet, so a second lease is safe. It either
            // wakes the instance anew or fails with the reason.
            catch (ServerConnectionException failure)
                when (attempt == 0 && failure.Failure is ServerFailure.PoolClosed or ServerFailure.Unreachable)
            {
                lease.Dispose();
            }
            catch
            {
                lease.Dispose();
                throw;
            }
        }
    }
}

/// <summary>A connection together with the lease that keeps its instance awake. Dispose it once.</summary>
internal readonly struct InstanceSeat(IInstanceLease lease, PooledConnection connection) : IAsyncDisposable
{
    public IInstanceLease Lease => lease;

    public ServerConnection Connection => connection.Connection;

    public async ValueTask DisposeAsync()
    {
        // The connection goes first: closing it may need the instance awake.
        try
        {
            await connection.DisposeAsync();
        }
        finally
        {
            lease.Dispose();
        }
    }
}

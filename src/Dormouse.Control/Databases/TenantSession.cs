using Dormouse.Contracts;
using Dormouse.Postgres;

namespace Dormouse.Control.Databases;

/// <summary>A session of the tenant's role in a database, which is awake for as long as it is open.</summary>
internal sealed class TenantSession : IAsyncDisposable
{
    private readonly IInstanceLease lease;

    private TenantSession(IInstanceLease lease, ServerConnection connection)
    {
        this.lease = lease;
        Connection = connection;
    }

    public ServerConnection Connection { get; }

    /// <param name="host">Where the database's instance is, or is woken.</param>
    /// <param name="id">The database.</param>
    /// <param name="applicationName">Shown in <c>pg_stat_activity</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TenantSession> OpenAsync(
        IInstanceHost host,
        DatabaseId id,
        string applicationName,
        CancellationToken cancellationToken
    )
    {
        IInstanceLease lease = await host.LeaseAsync(id, cancellationToken);
        try
        {
            InstanceEndpoint endpoint = lease.Endpoint;
            ServerConnection connection = await ServerConnection.OpenAsync(
                new ServerLogin(endpoint.SocketPath, endpoint.User, endpoint.Password, endpoint.DatabaseName),
                // Nothing runs twice here, so no statement is worth keeping.
                new ServerConnectionOptions { ApplicationName = applicationName, StatementCharsMax = 0 },
                cancellationToken
            );
            return new TenantSession(lease, connection);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        lease.Dispose();
    }
}

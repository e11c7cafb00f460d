using Dormouse.Contracts;
using Dormouse.Postgres;

namespace Dormouse.Control.Databases;

/// <summary>Opens sessions in databases: in an instance, which is woken if need be, or on an attached server.</summary>
internal sealed class TenantSessions(IInstanceHost host, IAttachedServers attached)
{
    /// <param name="id">The database.</param>
    /// <param name="applicationName">Shown in <c>pg_stat_activity</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<TenantSession> OpenAsync(DatabaseId id, string applicationName, CancellationToken cancellationToken)
    {
        // Nothing runs twice here, so no statement is worth keeping.
        var options = new ServerConnectionOptions { ApplicationName = applicationName, StatementCharsMax = 0 };
        if (attached.Find(id) is { } server)
        {
            ServerUrl url = ServerUrl.Parse(server.Url);
            return new TenantSession(
                null,
                await ServerConnection.OpenAsync(url.Login(server.RootCertificates), url.Options(options), cancellationToken)
            );
        }
        IInstanceLease lease = await host.LeaseAsync(id, cancellationToken);
        try
        {
            InstanceEndpoint endpoint = lease.Endpoint;
            var login = new ServerLogin(endpoint.SocketPath, endpoint.User, endpoint.Password, endpoint.DatabaseName);
            return new TenantSession(lease, await ServerConnection.OpenAsync(login, options, cancellationToken));
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }
}

/// <summary>A session of the tenant's role in a database, whose instance, if it has one, is awake for as long as it is open.</summary>
internal sealed class TenantSession(IInstanceLease? lease, ServerConnection connection) : IAsyncDisposable
{
    public ServerConnection Connection => connection;

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        lease?.Dispose();
    }
}

using Dormouse.Contracts;
using Dormouse.Control.Edges;

namespace Dormouse.Control.Connections;

/// <summary>What can be done with connections.</summary>
public sealed class ConnectionRegistry
{
    private readonly ControlOptions options;
    private readonly ConnectionStore connections;
    private readonly KeyDirectory keys;
    private readonly RevisionLog log;
    private readonly TimeProvider time;

    internal ConnectionRegistry(ControlOptions options, ConnectionStore connections, KeyDirectory keys, RevisionLog log, TimeProvider time)
    {
        this.options = options;
        this.connections = connections;
        this.keys = keys;
        this.log = log;
        this.time = time;
    }

    public Task<IReadOnlyList<Connection>> ListAsync(DatabaseId database, CancellationToken cancellationToken) =>
        connections.ListAsync(database, cancellationToken);

    public async Task<Connection> GetAsync(ConnectionId id, CancellationToken cancellationToken) =>
        await connections.FindAsync(id, cancellationToken) ?? throw Unknown(id);

    /// <param name="database">The database that the key opens.</param>
    /// <param name="name">Unique among the database's connections.</param>
    /// <param name="lifetime">How long the key is valid; null: for ever.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IssuedConnection> CreateAsync(
        DatabaseId database,
        string? name,
        TimeSpan? lifetime,
        CancellationToken cancellationToken
    )
    {
        string checkedName = Names.Check(name, "connection");
        NewKey key = NewKey.Make(options.KeyPepper);
        Connection connection = await log.RecordAsync(() =>
            connections.CreateAsync(
                database,
                checkedName,
                key,
                time.GetUtcNow() + lifetime,
                options.ConnectionsPerDatabaseMax,
                cancellationToken
            )
        );
        return new IssuedConnection(connection, key.Text);
    }

    /// <summary>Gives the connection a new key; the old one stays valid for <paramref name="overlap"/> (null: a day).</summary>
    public async Task<IssuedConnection> RotateAsync(ConnectionId id, TimeSpan? overlap, CancellationToken cancellationToken)
    {
        NewKey key = NewKey.Make(options.KeyPepper);
        DateTimeOffset oldEndsAt = time.GetUtcNow() + (overlap ?? options.RotationOverlap);
        Connection? connection = await keys.EndAsync(() => connections.RotateAsync(id, key, oldEndsAt, cancellationToken));
        return connection is null ? throw Unknown(id) : new IssuedConnection(connection, key.Text);
    }

    /// <summary>Removes the connection; its keys end at once.</summary>
    public async Task DeleteAsync(ConnectionId id, CancellationToken cancellationToken)
    {
        if (!await keys.EndAsync(() => connections.DeleteAsync(id, cancellationToken)))
        {
            throw Unknown(id);
        }
    }

    private static DormouseException Unknown(ConnectionId id) =>
        new(
            FailureKind.NotFound,
            "DM2012",
            $"There is no connection '{id}'. './dormouse connection list DATABASE' names those of a database."
        );
}

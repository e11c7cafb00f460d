using Dormouse.Contracts;
using Dormouse.Control.Edges;
using Dormouse.Control.Store;
using Npgsql;

namespace Dormouse.Control.Connections;

/// <summary>The SQL of connections and their keys.</summary>
internal sealed class ConnectionStore(ControlStore store, RevisionLog log, TimeProvider time)
{
    // Ended keys tell a person what happened; a few per connection do.
    private const int EndedKeysKept = 5;

    private const string SelectConnections = """
        select c.id, c.name, c.database_id, d.name, c.created_at, k.hint, k.created_at, k.expires_at
        from dormouse.connections c
        join dormouse.databases d on d.id = c.database_id
        left join dormouse.connection_keys k
            on k.connection_id = c.id and k.revoked_at is null and (k.expires_at is null or k.expires_at > $1)
        """;

    /// <summary>The grant behind a key and when it ends, or null. Databases that are being made or removed have none.</summary>
    public Task<(KeyGrant Grant, DateTimeOffset? ExpiresAt)?> FindGrantAsync(KeyHash hash, CancellationToken cancellationToken) =>
        store.RunAsync(
            async (connection, token) =>
            {
                const string sql = """
                    select d.id, c.id, k.expires_at
                    from dormouse.connection_keys k
                    join dormouse.connections c on c.id = k.connection_id
                    join dormouse.databases d on d.id = c.database_id
                    where k.key_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2) and d.status = 'ready'
                    """;
                List<(KeyGrant, DateTimeOffset?)> rows = await connection.RowsAsync(
                    sql,
                    [hash.ToArray(), time.GetUtcNow()],
                    reader =>
                        (
                            new KeyGrant(DatabaseId.Parse(reader.GetString(0)), ConnectionId.Parse(reader.GetString(1))),
                            reader.TimeOrNull(2)
                        ),
                    token
                );
                return rows.Count == 0 ? ((KeyGrant, DateTimeOffset?)?)null : rows[0];
            },
            cancellationToken
        );

    public Task<IReadOnlyList<Connection>> ListAsync(DatabaseId database, CancellationToken cancellationToken) =>
        store.RunAsync((connection, token) => SelectAsync(connection, "c.database_id = $2", database.ToString(), token), cancellationToken);

    public Task<Connection?> FindAsync(ConnectionId id, CancellationToken cancellationToken) =>
        store.RunAsync((connection, token) => FindAsync(connection, id, token), cancellationToken);

    /// <summary>Adds a connection with one key, inside the caller's transaction.</summary>
    public async Task InsertAsync(
        NpgsqlConnection connection,
        DatabaseId database,
        ConnectionId id,
        string name,
        NewKey key,
        DateTimeOffset? expiresAt,
        CancellationToken cancellationToken
    )
    {
        await connection.ExecuteAsync(
            "insert into dormouse.connections (id, database_id, name, created_at) values ($1, $2, $3, $4)",
            [id.ToString(), database.ToString(), name, time.GetUtcNow()],
            cancellationToken
        );
        await InsertKeyAsync(connection, id, key, expiresAt, cancellationToken);
    }

    /// <returns>The connection, and the log's entry of it.</returns>
    public Task<(Connection Connection, long Revision)> CreateAsync(
        DatabaseId database,
        string name,
        NewKey key,
        DateTimeOffset? expiresAt,
        int connectionsMax,
        CancellationToken cancellationToken
    ) =>
        store.TransactAsync<(Connection, long)>(
            async (connection, token) =>
            {
                await LockReadyDatabaseAsync(connection, database, token);
                const string count = "select count(*) from dormouse.connections where database_id = $1";
                if ((long)(await connection.ScalarAsync(count, [database.ToString()], token))! >= connectionsMax)
                {
                    throw new DormouseException(
                        FailureKind.Quota,
                        "DM2014",
                        $"The database {database} has {connectionsMax} connections, which is the most it may have. Delete one first: "
                            + "'./dormouse connection list' names them."
                    );
                }
                var id = ConnectionId.New();
                try
                {
                    await InsertAsync(connection, database, id, name, key, expiresAt, token);
                }
                catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                    throw new DormouseException(
                        FailureKind.Conflict,
                        "DM2013",
                        $"The database {database} has a connection named '{name}' already. Choose another name, or rotate or delete that one.",
                        exception
                    );
                }
                Connection created = (await FindAsync(connection, id, token))!;
                return (created, await log.AppendAsync(connection, new LogEntry(LogKinds.KeyGranted, database, id), token));
            },
            cancellationToken
        );

    /// <summary>
    /// Adds a second key, lets the newest of the old ones live until <paramref name="oldEndsAt"/> at the latest, and ends all others.
    /// </summary>
    /// <returns>The connection, or null where there is none, and all old keys.</returns>
    public Task<KeysEnded<Connection?>> RotateAsync(
        ConnectionId id,
        NewKey key,
        DateTimeOffset oldEndsAt,
        CancellationToken cancellationToken
    ) =>
        store.TransactAsync<KeysEnded<Connection?>>(
            async (connection, token) =>
            {
                const string lockRow = "select database_id from dormouse.connections where id = $1 for update";
                if (await connection.ScalarAsync(lockRow, [id.ToString()], token) is not string database)
                {
                    return new(null, [], 0);
                }
                DateTimeOffset now = time.GetUtcNow();
                // Newest first: the first is the one that apps use now.
                const string active = """
                    select key_hash, expires_at from dormouse.connection_keys
                    where connection_id = $1 and revoked_at is null and (expires_at is null or expires_at > $2)
                    order by created_at desc, key_hash
                    """;
                List<byte[]> old = await connection.RowsAsync(active, [id.ToString(), now], reader => (byte[])reader[0], token);
                for (int i = 0; i < old.Count; i++)
                {
                    await EndKeyAsync(connection, old[i], i == 0 && oldEndsAt > now ? oldEndsAt : null, now, token);
                }
                await InsertKeyAsync(connection, id, key, null, token);
                await ForgetEndedKeysAsync(connection, id, now, token);
                Connection? rotated = await FindAsync(connection, id, token);
                var entry = new LogEntry(LogKinds.KeysEnded, DatabaseId.Parse(database), id);
                return new(rotated, [.. old.Select(KeyHash.FromStore)], await log.AppendAsync(connection, entry, token));
            },
            cancellationToken
        );

    /// <summary>Removes a connection. Returns whether there was one, and its keys.</summary>
    public Task<KeysEnded<bool>> DeleteAsync(ConnectionId id, CancellationToken cancellationToken) =>
        store.TransactAsync<KeysEnded<bool>>(
            async (connection, token) =>
            {
                const string keys = "delete from dormouse.connection_keys where connection_id = $1 returning key_hash";
                List<KeyHash> hashes = await connection.RowsAsync(
                    keys,
                    [id.ToString()],
                    reader => KeyHash.FromStore((byte[])reader[0]),
                    token
                );
                const string remove = "delete from dormouse.connections where id = $1 returning database_id";
                if (await connection.ScalarAsync(remove, [id.ToString()], token) is not string database)
                {
                    return new(false, hashes, 0);
                }
                var entry = new LogEntry(LogKinds.KeysEnded, DatabaseId.Parse(database), id);
                return new(true, hashes, await log.AppendAsync(connection, entry, token));
            },
            cancellationToken
        );

    private static Task<int> EndKeyAsync(
        NpgsqlConnection connection,
        byte[] hash,
        DateTimeOffset? endsAt,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        endsAt is null
            ? connection.ExecuteAsync(
                "update dormouse.connection_keys set revoked_at = $2 where key_hash = $1",
                [hash, now],
                cancellationToken
            )
            : connection.ExecuteAsync(
                "update dormouse.connection_keys set expires_at = least(expires_at, $2) where key_hash = $1",
                [hash, endsAt],
                cancellationToken
            );

    private static Task<int> ForgetEndedKeysAsync(
        NpgsqlConnection connection,
        ConnectionId id,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        connection.ExecuteAsync(
            """
            delete from dormouse.connection_keys where key_hash in (
                select key_hash from dormouse.connection_keys
                where connection_id = $1 and (revoked_at is not null or expires_at <= $2)
                order by created_at desc, key_hash offset $3)
            """,
            [id.ToString(), now, EndedKeysKept],
            cancellationToken
        );

    private static async Task LockReadyDatabaseAsync(NpgsqlConnection connection, DatabaseId database, CancellationToken cancellationToken)
    {
        const string sql = "select status from dormouse.databases where id = $1 for update";
        if ((string?)await connection.ScalarAsync(sql, [database.ToString()], cancellationToken) != "ready")
        {
            throw new DormouseException(
                FailureKind.NotFound,
                "DM2010",
                $"There is no database '{database}' that is ready. './dormouse db list' names those that there are."
            );
        }
    }

    private async Task InsertKeyAsync(
        NpgsqlConnection connection,
        ConnectionId id,
        NewKey key,
        DateTimeOffset? expiresAt,
        CancellationToken cancellationToken
    ) =>
        await connection.ExecuteAsync(
            """
            insert into dormouse.connection_keys
                (key_hash, connection_id, scheme_version, scram_verifier, hint, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7)
            """,
            [key.Hash.ToArray(), id.ToString(), ApiKey.SchemeVersion, key.ScramVerifier, key.Hint, time.GetUtcNow(), expiresAt],
            cancellationToken
        );

    private async Task<Connection?> FindAsync(NpgsqlConnection connection, ConnectionId id, CancellationToken cancellationToken)
    {
        IReadOnlyList<Connection> found = await SelectAsync(connection, "c.id = $2", id.ToString(), cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    private async Task<IReadOnlyList<Connection>> SelectAsync(
        NpgsqlConnection connection,
        string condition,
        string parameter,
        CancellationToken cancellationToken
    )
    {
        List<(Connection Connection, ConnectionKey? Key)> rows = await connection.RowsAsync(
            $"{SelectConnections} where {condition} order by c.created_at, c.id, k.created_at desc, k.key_hash",
            [time.GetUtcNow(), parameter],
            Read,
            cancellationToken
        );
        return
        [
            .. rows.GroupBy(row => row.Connection.Id)
                .Select(group =>
                    group.First().Connection with
                    {
                        Keys = [.. group.Where(row => row.Key is not null).Select(row => row.Key!)],
                    }
                ),
        ];
    }

    private static (Connection, ConnectionKey?) Read(NpgsqlDataReader reader) =>
        (
            new Connection(
                ConnectionId.Parse(reader.GetString(0)),
                reader.GetString(1),
                DatabaseId.Parse(reader.GetString(2)),
                reader.GetString(3),
                reader.Time(4),
                []
            ),
            reader.IsDBNull(5) ? null : new ConnectionKey(reader.GetString(5), reader.Time(6), reader.TimeOrNull(7))
        );
}

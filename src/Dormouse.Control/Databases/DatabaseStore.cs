using Dormouse.Contracts;
using Dormouse.Control.Connections;
using Dormouse.Control.Edges;
using Dormouse.Control.Store;
using Npgsql;

namespace Dormouse.Control.Databases;

/// <summary>The SQL of databases.</summary>
internal sealed class DatabaseStore(ControlStore store, ConnectionStore connections, RevisionLog log, TimeProvider time)
{
    private const string DefaultProject = "prj_default";
    private const string Columns = "select id, name, status, created_at, class, max_class from dormouse.databases";

    /// <summary>Notes a database that is about to be made, with its first connection, which opens nothing until it is ready.</summary>
    public Task<Connection> InsertCreatingAsync(
        DatabaseId id,
        string name,
        ConnectionId connectionId,
        string connectionName,
        NewKey key,
        AskedClass asked,
        int databasesMax,
        CancellationToken cancellationToken
    ) =>
        store.TransactAsync(
            async (connection, token) =>
            {
                await CheckCountAsync(connection, databasesMax, token);
                DateTimeOffset now = time.GetUtcNow();
                try
                {
                    await connection.ExecuteAsync(
                        """
                        insert into dormouse.databases (id, project_id, name, status, created_at, class, max_class)
                        values ($1, $2, $3, 'creating', $4, $5, $6)
                        """,
                        [id.ToString(), DefaultProject, name, now, WordOf(asked.Least)!, WordOf(asked.Most)],
                        token
                    );
                }
                catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                    throw new DormouseException(
                        FailureKind.Conflict,
                        "DM2015",
                        $"There is a database named '{name}' already (the case of letters does not count). Choose another name, or delete "
                            + "that one.",
                        exception
                    );
                }
                await connections.InsertAsync(connection, id, connectionId, connectionName, key, null, token);
                return new Connection(connectionId, connectionName, id, name, now, [new ConnectionKey(key.Hint, now, null)]);
            },
            cancellationToken
        );

    public Task MarkReadyAsync(DatabaseId id, CancellationToken cancellationToken) =>
        log.RecordAsync(() =>
            store.TransactAsync<(bool, long)>(
                async (connection, token) =>
                {
                    await connection.ExecuteAsync("update dormouse.databases set status = 'ready' where id = $1", [id.ToString()], token);
                    return (true, await log.AppendAsync(connection, new LogEntry(LogKinds.DatabaseReady, id), token));
                },
                cancellationToken
            )
        );

    /// <summary>From here on no key opens it. Returns its keys.</summary>
    public Task<KeysEnded<bool>> MarkDeletingAsync(DatabaseId id, CancellationToken cancellationToken) =>
        store.TransactAsync<KeysEnded<bool>>(
            async (connection, token) =>
            {
                int found = await connection.ExecuteAsync(
                    "update dormouse.databases set status = 'deleting' where id = $1",
                    [id.ToString()],
                    token
                );
                const string keys = """
                    delete from dormouse.connection_keys where connection_id in
                        (select id from dormouse.connections where database_id = $1)
                    returning key_hash
                    """;
                List<KeyHash> hashes = await connection.RowsAsync(
                    keys,
                    [id.ToString()],
                    reader => KeyHash.FromStore((byte[])reader[0]),
                    token
                );
                return found == 0
                    ? new(false, hashes, 0)
                    : new(true, hashes, await log.AppendAsync(connection, new LogEntry(LogKinds.DatabaseDeleted, id), token));
            },
            cancellationToken
        );

    /// <summary>Null for what stays as it is. Returns what is asked for now; null if there is no such database.</summary>
    public Task<AskedClass?> SetClassAsync(DatabaseId id, InstanceClass? least, InstanceClass? most, CancellationToken cancellationToken) =>
        store.RunAsync(
            async (connection, token) =>
                (
                    await connection.RowsAsync(
                        """
                        update dormouse.databases set class = coalesce($2, class), max_class = coalesce($3, max_class) where id = $1
                        returning class, max_class
                        """,
                        [id.ToString(), WordOf(least), WordOf(most)],
                        reader => (AskedClass?)ReadClass(reader, 0),
                        token
                    )
                ).FirstOrDefault(),
            cancellationToken
        );

    public Task RemoveAsync(DatabaseId id, CancellationToken cancellationToken) =>
        store.RunAsync(
            (connection, token) => connection.ExecuteAsync("delete from dormouse.databases where id = $1", [id.ToString()], token),
            cancellationToken
        );

    /// <summary>By id, or by name whatever the case of its letters.</summary>
    public Task<Database?> FindAsync(string idOrName, CancellationToken cancellationToken) =>
        store.RunAsync(
            async (connection, token) =>
                (
                    await connection.RowsAsync(
                        $"{Columns} where id = $1 or (project_id = $2 and lower(name) = lower($1))",
                        [idOrName, DefaultProject],
                        Read,
                        token
                    )
                ).FirstOrDefault(),
            cancellationToken
        );

    public Task<List<Database>> ListAsync(CancellationToken cancellationToken) =>
        store.RunAsync(
            (connection, token) => connection.RowsAsync($"{Columns} order by created_at, id", [], Read, token),
            cancellationToken
        );

    public Task<List<Database>> ListUnfinishedAsync(CancellationToken cancellationToken) =>
        store.RunAsync(
            (connection, token) => connection.RowsAsync($"{Columns} where status <> 'ready' order by created_at, id", [], Read, token),
            cancellationToken
        );

    // The project's row is the lock under which its databases are counted.
    private static async Task CheckCountAsync(NpgsqlConnection connection, int databasesMax, CancellationToken cancellationToken)
    {
        await connection.ScalarAsync("select id from dormouse.projects where id = $1 for update", [DefaultProject], cancellationToken);
        const string sql = "select count(*) from dormouse.databases where project_id = $1";
        if ((long)(await connection.ScalarAsync(sql, [DefaultProject], cancellationToken))! >= databasesMax)
        {
            throw new DormouseException(
                FailureKind.Quota,
                "DM2016",
                $"There are {databasesMax} databases, which is the most that this platform may have. Delete one first."
            );
        }
    }

    private static Database Read(NpgsqlDataReader reader) =>
        new(
            DatabaseId.Parse(reader.GetString(0)),
            reader.GetString(1),
            reader.GetString(2) switch
            {
                "creating" => DatabaseStatus.Creating,
                "deleting" => DatabaseStatus.Deleting,
                _ => DatabaseStatus.Ready,
            },
            reader.Time(3),
            null
        )
        {
            Class = ReadClass(reader, 4),
        };

    private static AskedClass ReadClass(NpgsqlDataReader reader, int at) =>
        new(
            InstanceClassWords.Parse(reader.GetString(at)) ?? InstanceClass.Small,
            reader.IsDBNull(at + 1) ? null : InstanceClassWords.Parse(reader.GetString(at + 1))
        );

    private static string? WordOf(InstanceClass? asked) => asked is { } known ? InstanceClassWords.WordOf(known) : null;
}

using Dormouse.Contracts;
using Dormouse.Control.Store;
using Npgsql;

namespace Dormouse.Control.Edges;

/// <summary>The SQL of the revisioned log.</summary>
internal sealed class LogStore(ControlStore store, ControlOptions options, TimeProvider time)
{
    private const char TagSeparator = ',';

    // Trimming deletes as many rows at a time.
    private const int TrimPeriod = 256;

    public Task<long> HeadAsync(CancellationToken cancellationToken) =>
        store.RunAsync(
            async (connection, token) => (long)(await connection.ScalarAsync("select revision from dormouse.log_head", [], token))!,
            cancellationToken
        );

    /// <summary>
    /// Appends an entry inside the caller's transaction, as its last statement: appends wait for one another from here to the commit.
    /// </summary>
    /// <returns>Its revision.</returns>
    public async Task<long> AppendAsync(NpgsqlConnection connection, LogEntry entry, CancellationToken cancellationToken)
    {
        const string sql = """
            with head as (update dormouse.log_head set revision = revision + 1 returning revision)
            insert into dormouse.log (revision, kind, database_id, connection_id, tags, appended_at)
            select revision, $1, $2, $3, $4, $5 from head
            returning revision
            """;
        string? tags = entry.Tags is null ? null : string.Join(TagSeparator, entry.Tags);
        object?[] parameters = [entry.Kind, entry.Database.ToString(), entry.Connection?.ToString(), tags, time.GetUtcNow()];
        var revision = (long)(await connection.ScalarAsync(sql, parameters, cancellationToken))!;
        if (revision % TrimPeriod == 0)
        {
            const string trim = "delete from dormouse.log where revision <= $1";
            await connection.ExecuteAsync(trim, [revision - options.LogRevisionsKept], cancellationToken);
        }
        return revision;
    }

    /// <summary>As above, as a transaction of its own.</summary>
    public Task<long> AppendAsync(LogEntry entry, CancellationToken cancellationToken) =>
        store.TransactAsync((connection, token) => AppendAsync(connection, entry, token), cancellationToken);

    /// <summary>The mark of a revision; null where the log does not have it any more, or not yet.</summary>
    public Task<string?> MarkAsync(long revision, CancellationToken cancellationToken) =>
        store.RunAsync(
            async (connection, token) =>
                (string?)
                    await connection.ScalarAsync(
                        """
                        select mark from dormouse.log where revision = $1
                        union all select mark from dormouse.log_head where $1 = 0
                        """,
                        [revision],
                        token
                    ),
            cancellationToken
        );

    /// <summary>The entries beyond a revision, in order, a bounded number of them.</summary>
    public Task<List<(long Revision, LogEntry Entry, string Mark)>> ReadAsync(long beyond, CancellationToken cancellationToken) =>
        store.RunAsync(
            (connection, token) =>
                connection.RowsAsync(
                    """
                    select revision, kind, database_id, connection_id, tags, mark from dormouse.log
                    where revision > $1 order by revision limit $2
                    """,
                    [beyond, options.LogEntriesPerAnswerMax],
                    Read,
                    token
                ),
            cancellationToken
        );

    private static (long, LogEntry, string) Read(NpgsqlDataReader reader)
    {
        var entry = new LogEntry(
            reader.GetString(1),
            DatabaseId.Parse(reader.GetString(2)),
            reader.IsDBNull(3) ? null : ConnectionId.Parse(reader.GetString(3)),
            reader.IsDBNull(4) ? null : reader.GetString(4).Split(TagSeparator, StringSplitOptions.RemoveEmptyEntries)
        );
        return (reader.GetInt64(0), entry, reader.GetString(5));
    }
}

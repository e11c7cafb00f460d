using System.Security.Cryptography;
using System.Text;
using Dormouse.Contracts;
using Dormouse.Control.Edges;
using Dormouse.Control.Store;
using Npgsql;

namespace Dormouse.Control.Attached;

/// <summary>The SQL of attached servers. URLs are sealed here on their way in and opened on their way out.</summary>
internal sealed class AttachedStore(ControlStore store, RevisionLog log, SecretBox box, TimeProvider time)
{
    /// <summary>Notes the server of a database that is about to be made, which can be used from then on.</summary>
    /// <returns>What is kept, and the log's entry of it.</returns>
    public Task<(AttachedRow Row, long Revision)> AttachAsync(DatabaseId id, AttachedRow server, CancellationToken cancellationToken) =>
        store.TransactAsync<(AttachedRow, long)>(
            async (connection, token) =>
            {
                AttachedRow kept = server with { AttachedAt = time.GetUtcNow() };
                const string insert = """
                    insert into dormouse.attached_servers
                        (database_id, sealed_url, root_certificates, connections_max, server_version, attached_at)
                    values ($1, $2, $3, $4, $5, $6)
                    on conflict (database_id) do update set
                        sealed_url = excluded.sealed_url, root_certificates = excluded.root_certificates,
                        connections_max = excluded.connections_max, server_version = excluded.server_version,
                        attached_at = excluded.attached_at
                    """;
                await connection.ExecuteAsync(
                    insert,
                    [id.ToString(), Seal(id, kept.Url), kept.RootCertificates, kept.ConnectionsMax, kept.ServerVersion, kept.AttachedAt],
                    token
                );
                await connection.ExecuteAsync("update dormouse.databases set status = 'ready' where id = $1", [id.ToString()], token);
                return (kept, await log.AppendAsync(connection, new LogEntry(LogKinds.DatabaseMoved, id), token));
            },
            cancellationToken
        );

    public Task<List<(DatabaseId Id, AttachedRow Server)>> ListAsync(CancellationToken cancellationToken) =>
        store.RunAsync(
            (connection, token) =>
                connection.RowsAsync(
                    """
                    select database_id, sealed_url, root_certificates, connections_max, server_version, attached_at
                    from dormouse.attached_servers
                    """,
                    [],
                    Read,
                    token
                ),
            cancellationToken
        );

    private (DatabaseId, AttachedRow) Read(NpgsqlDataReader reader)
    {
        DatabaseId id = DatabaseId.Parse(reader.GetString(0));
        string? certificates = reader.IsDBNull(2) ? null : reader.GetString(2);
        return (id, new AttachedRow(Open(id, (byte[])reader[1]), certificates, reader.GetInt32(3), reader.GetString(4), reader.Time(5)));
    }

    private byte[] Seal(DatabaseId id, string url) => box.Seal(Encoding.UTF8.GetBytes(url), PurposeOf(id));

    private string Open(DatabaseId id, byte[] sealedUrl)
    {
        try
        {
            return Encoding.UTF8.GetString(box.Open(sealedUrl, PurposeOf(id)));
        }
        catch (CryptographicException exception)
        {
            throw new DormouseException(
                FailureKind.ControlPlane,
                "DM2050",
                $"The URL of the attached database {id} cannot be opened: the key in 'keys' of the data folder is not the one under which it was "
                    + "sealed, or the row was changed. Put the old key back, or use the data folder that belongs to this store.",
                exception
            );
        }
    }

    // A sealed URL that is moved to another database's row opens no more.
    private static byte[] PurposeOf(DatabaseId id) => Encoding.UTF8.GetBytes($"attached server {id}");
}

/// <summary>One row, opened.</summary>
internal sealed record AttachedRow(
    string Url,
    string? RootCertificates,
    int ConnectionsMax,
    string ServerVersion,
    DateTimeOffset AttachedAt = default
)
{
    /// <summary>Leaves the URL out, so that a log line cannot hold it.</summary>
    public override string ToString() => "an attached server";
}

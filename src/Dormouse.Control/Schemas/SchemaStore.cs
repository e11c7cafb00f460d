using Dormouse.Contracts;
using Dormouse.Control.Store;
using Npgsql;

namespace Dormouse.Control.Schemas;

/// <summary>The Prisma schemas of databases in the control store, so that neither a restart nor another edge asks clients for them again.</summary>
internal sealed class SchemaStore(ControlOptions options, ControlStore store, TimeProvider time) : ISchemaStore
{
    public Task<byte[]?> FindAsync(DatabaseId database, SchemaHash hash, CancellationToken cancellationToken) =>
        store.RunAsync(
            async (connection, token) =>
                (byte[]?)
                    await connection.ScalarAsync(
                        "update dormouse.prisma_schemas set used_at = $3 where database_id = $1 and hash = $2 returning body",
                        [database.ToString(), hash.ToBytes(), time.GetUtcNow()],
                        token
                    ),
            cancellationToken
        );

    public Task TouchAsync(DatabaseId database, SchemaHash hash, CancellationToken cancellationToken) =>
        store.RunAsync(
            (connection, token) =>
                connection.ExecuteAsync(
                    "update dormouse.prisma_schemas set used_at = $3 where database_id = $1 and hash = $2",
                    [database.ToString(), hash.ToBytes(), time.GetUtcNow()],
                    token
                ),
            cancellationToken
        );

    public Task KeepAsync(DatabaseId database, SchemaHash hash, ReadOnlyMemory<byte> text, CancellationToken cancellationToken) =>
        store.TransactAsync(
            async (connection, token) =>
            {
                // The database's row is the lock under which its schemas are counted, and what a deletion waits for.
                string id = database.ToString();
                const string lockSql = "select id from dormouse.databases where id = $1 for no key update";
                if (await connection.ScalarAsync(lockSql, [id], token) is null)
                {
                    throw new DormouseException(FailureKind.NotFound, "DM2010", $"There is no database '{database}'.");
                }
                const string insert = """
                    insert into dormouse.prisma_schemas (database_id, hash, body, kept_at, used_at) values ($1, $2, $3, $4, $4)
                    on conflict (database_id, hash) do update set used_at = excluded.used_at
                    """;
                await connection.ExecuteAsync(insert, [id, hash.ToBytes(), text, time.GetUtcNow()], token);
                await RemoveBeyondBoundsAsync(connection, id, hash, token);
                return true;
            },
            cancellationToken
        );

    // From the one used last: what no longer fits goes. The one just kept stays even where it fills the bounds alone.
    private async Task RemoveBeyondBoundsAsync(
        NpgsqlConnection connection,
        string database,
        SchemaHash kept,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            delete from dormouse.prisma_schemas doomed
            using (
                select hash,
                       row_number() over latest as place,
                       sum(octet_length(body)) over latest as bytes
                from dormouse.prisma_schemas
                where database_id = $1
                window latest as (order by hash = $2 desc, used_at desc, hash)
            ) ranked
            where doomed.database_id = $1 and doomed.hash = ranked.hash and doomed.hash <> $2
              and (ranked.place > $3 or ranked.bytes > $4)
            """;
        await connection.ExecuteAsync(
            sql,
            [database, kept.ToBytes(), options.SchemasPerDatabaseMax, options.SchemaBytesPerDatabaseMax],
            cancellationToken
        );
    }
}

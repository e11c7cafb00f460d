using Dormouse.Contracts;
using Npgsql;

namespace Dormouse.Control.Store;

/// <summary>
/// Brings the control store's schema up to date: forward only, each migration once and in a transaction of its own, one platform at a
/// time. What was applied must still be what is embedded here.
/// </summary>
internal sealed class Migrator(ControlStore store, TimeProvider time)
{
    // Any fixed number that nobody else takes: "dormouse" in ASCII.
    private const long LockKey = 0x646f726d6f757365;

    public Task MigrateAsync(CancellationToken cancellationToken) => MigrateAsync(Migration.All, cancellationToken);

    public Task MigrateAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellationToken) =>
        store.RunAsync(
            async (connection, token) =>
            {
                await LockAsync(connection, token);
                await CreateLedgerAsync(connection, token);
                Dictionary<int, (string Name, string Checksum)> applied = await AppliedAsync(connection, token);
                Check(migrations, applied);
                foreach (Migration migration in migrations.Where(migration => !applied.ContainsKey(migration.Number)))
                {
                    await ApplyAsync(connection, migration, token);
                }
                await connection.ExecuteAsync("select pg_advisory_unlock($1)", [LockKey], token);
            },
            cancellationToken
        );

    // Of the session, not of a transaction: it spans all migrations. A connection that breaks gives it back.
    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("set lock_timeout = '10s'", [], cancellationToken);
        await connection.ExecuteAsync("select pg_advisory_lock($1)", [LockKey], cancellationToken);
    }

    private static async Task CreateLedgerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("create schema if not exists dormouse", [], cancellationToken);
        const string sql = """
            create table if not exists dormouse.migrations (
                number     integer primary key,
                name       text not null,
                checksum   text not null,
                applied_at timestamptz not null
            )
            """;
        await connection.ExecuteAsync(sql, [], cancellationToken);
    }

    private static async Task<Dictionary<int, (string Name, string Checksum)>> AppliedAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        List<(int Number, string Name, string Checksum)> rows = await connection.RowsAsync(
            "select number, name, checksum from dormouse.migrations",
            [],
            reader => (reader.GetInt32(0), reader.GetString(1), reader.GetString(2)),
            cancellationToken
        );
        return rows.ToDictionary(row => row.Number, row => (row.Name, row.Checksum));
    }

    private static void Check(IReadOnlyList<Migration> migrations, Dictionary<int, (string Name, string Checksum)> applied)
    {
        foreach ((int number, (string name, string checksum)) in applied)
        {
            Migration? known = migrations.FirstOrDefault(migration => migration.Number == number);
            if (known is null)
            {
                throw new DormouseException(
                    FailureKind.ControlPlane,
                    "DM2002",
                    $"The control store was made by a newer Dormouse: it has migration {number} ('{name}'), and this one knows "
                        + $"{migrations.Count}. Start the newer version; a store is never taken back."
                );
            }
            if (known.Checksum != checksum)
            {
                throw new DormouseException(
                    FailureKind.ControlPlane,
                    "DM2003",
                    $"Migration {number} of the control store ('{name}') is not the one that this version of Dormouse holds. The store was "
                        + "made by a build that was changed afterwards; start that build, or another data folder."
                );
            }
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(migration.Sql, [], cancellationToken);
        await connection.ExecuteAsync(
            "insert into dormouse.migrations (number, name, checksum, applied_at) values ($1, $2, $3, $4)",
            [migration.Number, migration.Name, migration.Checksum, time.GetUtcNow()],
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
    }
}

using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;

namespace Dormouse.Instances.Tests.Backups;

/// <summary>
/// Writers that move money between accounts and keep a ledger of it. What must hold in any consistent copy: the sum of all accounts is what
/// it was, each account's balance is the sum of its ledger, and the ledger has every number from 1 to its last.
/// </summary>
internal sealed class AccountBook(TestHost host, DatabaseId id)
{
    private const int Accounts = 20;
    private const int Writers = 3;

    // The filler makes rows wide, so that pages fill and checkpoints have work.
    private const string Schema = """
        CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL);
        INSERT INTO accounts SELECT n, 0 FROM generate_series(1, 20) n;
        CREATE TABLE ledger (writer int, number bigint, source int, target int, amount bigint, filler text, PRIMARY KEY (writer, number));
        CREATE INDEX ledger_source ON ledger (source);
        CREATE TABLE wide AS SELECT n, repeat(md5(n::text), 20) AS text FROM generate_series(1, 20000) n;
        """;

    // Each index is asked as well as its table: a copy with torn pages would have them disagree.
    private const string Check = """
        SET enable_seqscan = off;
        SELECT concat_ws(' ',
            (SELECT sum(balance) FROM accounts),
            (SELECT count(*) FROM accounts a WHERE balance <>
                coalesce((SELECT sum(amount) FROM ledger WHERE target = a.id), 0) - coalesce((SELECT sum(amount) FROM ledger WHERE source = a.id), 0)),
            (SELECT count(*) FROM (SELECT writer FROM ledger GROUP BY writer HAVING count(*) <> max(number)) holes),
            (SELECT count(*) FROM wide WHERE length(text) = 640))
        """;

    private readonly long[] acknowledged = new long[Writers];

    public long Acknowledged => acknowledged.Sum();

    public async Task CreateAsync() => await host.QueryAsync(id, Schema);

    /// <summary>Writes until cancelled; one commit after another.</summary>
    public Task WriteAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(writer, stop)));

    public long[] Snapshot() => [.. acknowledged.Select((_, writer) => Volatile.Read(ref acknowledged[writer]))];

    /// <summary>Every write that was acknowledged by then is there, and nothing is torn.</summary>
    public static async Task AssertHoldsAsync(TestHost host, DatabaseId id, long[] atLeast)
    {
        Assert.Equal("0 0 0 20000", await host.QueryAsync(id, Check));
        for (int writer = 0; writer < Writers; writer++)
        {
            string sql = string.Create(CultureInfo.InvariantCulture, $"SELECT count(*) FROM ledger WHERE writer = {writer}");
            long kept = long.Parse((await host.QueryAsync(id, sql))!, CultureInfo.InvariantCulture);
            Assert.True(kept >= atLeast[writer], $"Writer {writer} had {atLeast[writer]} writes acknowledged, and {kept} are there.");
        }
    }

    private async Task WriteAsync(int writer, CancellationToken stop)
    {
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, stop);
        await using ServerConnection connection = await TestHost.ConnectAsync(lease.Endpoint);
        var random = new Random(writer);
        while (!stop.IsCancellationRequested)
        {
            long number = acknowledged[writer] + 1;
            // The lower one first, so that writers wait for each other and never for ever.
            int low = random.Next(1, Accounts);
            int high = random.Next(low + 1, Accounts + 1);
            string sql = string.Create(
                CultureInfo.InvariantCulture,
                $"""
                BEGIN;
                UPDATE accounts SET balance = balance - {number} WHERE id = {low};
                UPDATE accounts SET balance = balance + {number} WHERE id = {high};
                INSERT INTO ledger VALUES ({writer}, {number}, {low}, {high}, {number}, repeat('x', 300));
                COMMIT
                """
            );
            await connection.ExecuteSimpleAsync(sql, CancellationToken.None);
            Volatile.Write(ref acknowledged[writer], number);
        }
    }
}

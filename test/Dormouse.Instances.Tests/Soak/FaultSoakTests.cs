using System.Diagnostics;
using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;
using Dormouse.Testing.Platform;

namespace Dormouse.Instances.Tests.Soak;

/// <summary>
/// Real instances under everything that can happen to them at once: writes, sleeps of every depth, wakes, kills of PostgreSQL and of single sessions,
/// and new platforms on the same folder. A checker holds every acknowledged write. The dice are seeded; the kernel's timing is not.
/// </summary>
public sealed class FaultSoakTests(ITestOutputHelper output)
{
    private const int Databases = 3;
    private const int Workers = 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task No_acknowledged_write_is_lost_or_doubled_whatever_dies() => RunAsync(seed: 20261126, platforms: 2, deedsPerWorker: 12);

    /// <summary>For two hours, or for <c>DORMOUSE_SOAK_MINUTES</c>.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task No_acknowledged_write_is_lost_or_doubled_in_hours()
    {
        string? given = Environment.GetEnvironmentVariable("DORMOUSE_SOAK_MINUTES");
        var length = TimeSpan.FromMinutes(given is null ? 120 : int.Parse(given, CultureInfo.InvariantCulture));
        long began = Stopwatch.GetTimestamp();
        int first = Environment.TickCount;
        for (int seed = first; Stopwatch.GetElapsedTime(began) < length; seed++)
        {
            await RunAsync(seed, platforms: 20, deedsPerWorker: 60);
        }
    }

    private async Task RunAsync(int seed, int platforms, int deedsPerWorker)
    {
        output.WriteLine($"seed {seed}");
        TestHost host = await TestHost.StartAsync();
        var ledgers = new Dictionary<DatabaseId, Ledger>();
        try
        {
            for (int i = 0; i < Databases; i++)
            {
                DatabaseId id = await host.CreateAsync();
                await host.QueryAsync(id, Ledger.Table);
                ledgers[id] = new Ledger();
            }
            for (int platform = 0; platform < platforms; platform++)
            {
                Task[] workers =
                [
                    .. Enumerable
                        .Range(0, Workers)
                        .Select(worker =>
                            Task.Run(() => WorkAsync(host, ledgers, new Random(HashCode.Combine(seed, platform, worker)), deedsPerWorker))
                        ),
                ];
                await Task.WhenAll(workers);
                Assert.All(host.Lifecycle.List(), status => Assert.Equal(0, status.Leases));
                // As after a kill of the platform: nothing is written or ended.
                host = await host.SucceedAsync();
                foreach ((DatabaseId id, Ledger ledger) in ledgers)
                {
                    ledger.Check(await RowsAsync(host, id));
                }
            }
            output.WriteLine($"{ledgers.Values.Sum(ledger => ledger.Acknowledged)} acknowledged writes");
            Assert.All(ledgers.Values, ledger => Assert.NotEqual(0, ledger.Acknowledged));
            await host.Lifecycle.StopAllAsync(CancellationToken.None);
            Assert.Empty(Postmasters.Under(host.Folder.Path));
        }
        finally
        {
            await host.DisposeAsync();
            host.Folder.Dispose();
        }
    }

    /// <summary>A server that lost a session to a kill recovers for a moment and says so.</summary>
    private static async Task<string?> RowsAsync(TestHost host, DatabaseId id)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                return await host.QueryAsync(id, "SELECT string_agg(write || ':' || half, ',') FROM ledger");
            }
            catch (Exception recovering) when (recovering is PostgresException or ServerConnectionException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
            }
        }
    }

    private static async Task WorkAsync(TestHost host, Dictionary<DatabaseId, Ledger> ledgers, Random dice, int deeds)
    {
        for (int i = 0; i < deeds; i++)
        {
            (DatabaseId id, Ledger ledger) = ledgers.ElementAt(dice.Next(ledgers.Count));
            try
            {
                await ActAsync(host, id, ledger, dice);
            }
            catch (Exception refused)
                when (refused is PostgresException or ServerConnectionException
                    || refused is DormouseException { Kind: FailureKind.Conflict or FailureKind.ComputeAsleep }
                )
            {
                // In use, killed under it, or the start was killed: all of that may happen here, and nothing else.
            }
        }
    }

    private static Task ActAsync(TestHost host, DatabaseId id, Ledger ledger, Random dice) =>
        dice.Next(20) switch
        {
            < 11 => WriteAsync(host, id, ledger),
            < 13 => host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation),
            < 15 => host.Lifecycle.Existing(id).ReclaimAsync(TimeSpan.Zero),
            < 17 => host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation),
            < 18 => host.Lifecycle.WakeAsync(id, Cancellation),
            < 19 => KillAsync(host, id, ofSession: true),
            _ => KillAsync(host, id, ofSession: false),
        };

    private static async Task WriteAsync(TestHost host, DatabaseId id, Ledger ledger)
    {
        int write = ledger.Begin();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection connection = await TestHost.ConnectAsync(lease.Endpoint);
        await connection.ExecuteSimpleAsync("BEGIN", Cancellation);
        await connection.ExecuteSimpleAsync($"INSERT INTO ledger VALUES ({write}, 1)", Cancellation);
        await connection.ExecuteSimpleAsync($"INSERT INTO ledger VALUES ({write}, 2)", Cancellation);
        await connection.ExecuteSimpleAsync("COMMIT", Cancellation);
        ledger.Acknowledge(write);
    }

    /// <summary>The server itself, or one of its processes, after which it restarts all of them by itself.</summary>
    private static Task KillAsync(TestHost host, DatabaseId id, bool ofSession)
    {
        if (host.Lifecycle.Find(id)?.PostmasterPid is { } postmaster)
        {
            int victim = ofSession ? ProcessTable.Children(postmaster).LastOrDefault(postmaster) : postmaster;
            _ = Libc.Kill(victim, Libc.SigKill);
        }
        return Task.CompletedTask;
    }
}

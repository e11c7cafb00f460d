using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;
using Dormouse.Testing.Platform;

namespace Dormouse.Instances.Tests.Soak;

/// <summary>
/// The disk runs full below real instances that are written to, put to sleep, woken and killed, and a platform starts on it. What was acknowledged is there,
/// and once there is room again all is as before. The dice are seeded; where PostgreSQL stands when the disk is full is not.
/// </summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    // Two databases of some 25 MB, log for both, and what is made ahead of time.
    private const int DiskMebibytes = 240;
    private const long LeftBytes = 6 << 20;
    private const int Databases = 2;
    private const string DiskFull = "53100";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task No_acknowledged_write_is_lost_when_the_disk_is_full() => RunAsync(seed: 20261126, deeds: 40);

    [Fact]
    [Trait("Category", "Long")]
    public async Task No_acknowledged_write_is_lost_when_the_disk_is_full_again_and_again()
    {
        int first = Environment.TickCount;
        for (int seed = first; seed < first + 50; seed++)
        {
            await RunAsync(seed, deeds: 200);
        }
    }

    private async Task RunAsync(int seed, int deeds)
    {
        output.WriteLine($"seed {seed}");
        SmallDisk? disk = null;
        TestHost host = await TestHost.StartAsync(
            TestHost.Awake,
            async folder => disk = await SmallDisk.TryMountAsync(folder, DiskMebibytes)
        );
        try
        {
            Assert.SkipWhen(disk is null, "This user may not mount a small file system, so no disk can be filled.");
            var ledgers = new Dictionary<DatabaseId, Ledger>();
            for (int i = 0; i < Databases; i++)
            {
                DatabaseId id = await host.CreateAsync();
                await host.QueryAsync(id, Ledger.Table);
                await host.QueryAsync(id, "CREATE TABLE bulk (pad text); ALTER TABLE bulk ALTER pad SET STORAGE EXTERNAL");
                ledgers[id] = new Ledger();
            }
            var dice = new Random(seed);
            disk.FillBut(LeftBytes);
            int refused = await ActAsync(host, ledgers, dice, deeds);
            Assert.True(refused > 0, $"{disk.FreeBytes} bytes are left: the disk was not full.");

            // What a kill of the platform leaves, while there is no room for a record.
            disk.FillBut(0);
            host = await host.SucceedAsync();
            _ = await ActAsync(host, ledgers, dice, deeds / 4);

            disk.Relieve();
            foreach ((DatabaseId id, Ledger ledger) in ledgers)
            {
                ledger.Check(
                    await Patience.ForAsync(() => host.QueryAsync(id, "SELECT string_agg(write || ':' || half, ',') FROM ledger"))
                );
            }
            foreach ((DatabaseId id, Ledger ledger) in ledgers)
            {
                await WriteAsync(host, id, ledger, dice);
            }
            output.WriteLine($"{ledgers.Values.Sum(ledger => ledger.Acknowledged)} acknowledged writes, {refused} refused");
            await host.Lifecycle.StopAllAsync(CancellationToken.None);
            Assert.Empty(Postmasters.Under(host.Folder.Path));
            Assert.All(host.Lifecycle.List(), status => Assert.Equal(0, status.Leases));
        }
        finally
        {
            disk?.Relieve();
            await host.DisposeAsync();
            if (disk is not null)
            {
                await disk.DisposeAsync();
            }
            host.Folder.Dispose();
        }
    }

    /// <returns>How many writes failed because there was no room.</returns>
    private static async Task<int> ActAsync(TestHost host, Dictionary<DatabaseId, Ledger> ledgers, Random dice, int deeds)
    {
        int refused = 0;
        for (int i = 0; i < deeds; i++)
        {
            (DatabaseId id, Ledger ledger) = ledgers.ElementAt(dice.Next(ledgers.Count));
            try
            {
                await (
                    dice.Next(20) switch
                    {
                        < 14 => WriteAsync(host, id, ledger, dice),
                        < 16 => host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation),
                        < 18 => host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation),
                        < 19 => host.Lifecycle.WakeAsync(id, Cancellation),
                        _ => KillAsync(host, id),
                    }
                );
            }
            catch (Exception failure)
                when (
                    // No room, or its consequences: a server that ended for want of log, or cannot start.
                    failure is PostgresException or ServerConnectionException
                    || failure is DormouseException { Kind: FailureKind.Conflict or FailureKind.ComputeAsleep }
                )
            {
                refused += failure is PostgresException { SqlState: DiskFull } ? 1 : 0;
            }
        }
        return refused;
    }

    private static async Task WriteAsync(TestHost host, DatabaseId id, Ledger ledger, Random dice)
    {
        int write = ledger.Begin();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection connection = await TestHost.ConnectAsync(lease.Endpoint);
        await connection.ExecuteSimpleAsync("BEGIN", Cancellation);
        await connection.ExecuteSimpleAsync($"INSERT INTO ledger VALUES ({write}, 1)", Cancellation);
        await connection.ExecuteSimpleAsync($"INSERT INTO bulk VALUES (repeat(md5('{write}'), {dice.Next(1000, 30_000)}))", Cancellation);
        await connection.ExecuteSimpleAsync($"INSERT INTO ledger VALUES ({write}, 2)", Cancellation);
        await connection.ExecuteSimpleAsync("COMMIT", Cancellation);
        ledger.Acknowledge(write);
    }

    private static Task KillAsync(TestHost host, DatabaseId id)
    {
        if (host.Lifecycle.Find(id)?.PostmasterPid is { } postmaster)
        {
            _ = Libc.Kill(postmaster, Libc.SigKill);
        }
        return Task.CompletedTask;
    }
}

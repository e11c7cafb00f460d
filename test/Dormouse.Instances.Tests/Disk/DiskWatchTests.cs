using Dormouse.Contracts;
using Dormouse.Instances.Disk;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Disk;

/// <summary>What a database may take on disk, with real instances and sessions that no front door watches.</summary>
public sealed class DiskWatchTests
{
    private const long Mebibyte = 1 << 20;
    private const string Grow = "INSERT INTO grown SELECT repeat(md5(n::text), 30) FROM generate_series(1, 30000) n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_over_its_limit_may_not_grow_until_it_has_made_room_and_its_neighbour_always_may()
    {
        await using TestHost host = await TestHost.StartAsync(path => Limited(path, 32));
        DatabaseId id = await host.CreateAsync();
        DatabaseId neighbour = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        Assert.Null(lease.Endpoint.Disk.Refusal);

        await session.ExecuteSimpleAsync("CREATE TABLE grown (text text);" + Grow, Cancellation);

        await Eventually.TrueAsync(() => lease.Endpoint.Disk.Refusal is not null);
        Assert.Contains("32.0 MiB are allowed", lease.Endpoint.Disk.Refusal!.Why, StringComparison.Ordinal);
        InstanceDisk disk = host.Lifecycle.FindDisk(id)!;
        Assert.InRange(disk.Bytes, 32 * Mebibyte, 96 * Mebibyte);
        Assert.False(disk.MayGrow);
        Assert.Equal(1, host.Lifecycle.ReadResources().Disk!.Full);
        await Eventually.TrueAsync(() => host.Lifecycle.FindDisk(neighbour) is { MayGrow: true });

        await session.ExecuteSimpleAsync("TRUNCATE grown", Cancellation);
        // PostgreSQL empties a truncated table's file at once and removes it at its next checkpoint.
        await Eventually.TrueAsync(() => lease.Endpoint.Disk.Refusal is null);
    }

    [Fact]
    public async Task What_a_database_may_become_says_how_much_it_may_take_and_what_it_is_now_does_not()
    {
        await using TestHost host = await TestHost.StartAsync(path => Limited(path, 32));
        DatabaseId id = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        await session.ExecuteSimpleAsync("CREATE TABLE grown (text text);" + Grow, Cancellation);
        await Eventually.TrueAsync(() => lease.Endpoint.Disk.Refusal is not null);

        await host.Lifecycle.ResizeAsync(id, new ClassRange(InstanceClass.Small, InstanceClass.Large), null, Cancellation);

        await Eventually.TrueAsync(() => lease.Endpoint.Disk.Refusal is null);
        InstanceDisk disk = host.Lifecycle.FindDisk(id)!;
        Assert.Equal((128 * Mebibyte, 192 * Mebibyte), (disk.SoftBytes, disk.HardBytes));

        await host.Lifecycle.ResizeAsync(id, ClassRange.Smallest, null, Cancellation);

        await Eventually.TrueAsync(() => lease.Endpoint.Disk.Refusal is not null);
        Assert.Contains("32.0 MiB are allowed", lease.Endpoint.Disk.Refusal!.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_refusal_outlives_a_restart_of_the_instance_and_of_the_platform()
    {
        await using TestHost host = await TestHost.StartAsync(path => Limited(path, 32));
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE grown (text text);" + Grow);
        await Eventually.TrueAsync(() => host.Lifecycle.FindDisk(id) is { MayGrow: false });

        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        using (IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation))
        {
            Assert.NotNull(lease.Endpoint.Disk.Refusal);
        }
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        await using TestHost next = await host.SucceedAsync();

        await Eventually.TrueAsync(() => next.Lifecycle.FindDisk(id) is { MayGrow: false });
        Assert.Equal(InstanceState.Stopped, next.Lifecycle.Find(id)!.State);
    }

    [Fact]
    public async Task Whoever_grows_on_beyond_the_hard_limit_is_ended_whatever_it_set_and_who_only_reads_is_not()
    {
        await using TestHost host = await TestHost.StartAsync(path => Limited(path, 32));
        DatabaseId id = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection reader = await TestHost.ConnectAsync(lease.Endpoint);
        await using ServerConnection writer = await TestHost.ConnectAsync(lease.Endpoint);
        await writer.ExecuteSimpleAsync(
            "CREATE TABLE grown (text text); SET default_transaction_read_only = off; SET synchronous_commit = off; SET statement_timeout = 0",
            Cancellation
        );
        await reader.ExecuteSimpleAsync("BEGIN; SELECT count(*) FROM grown", Cancellation);

        var ended = await Assert.ThrowsAsync<PostgresException>(() => RunAwayAsync(writer));

        Assert.Equal(SqlState.AdminShutdown, ended.SqlState);
        Assert.Equal("0", await TestHost.ScalarAsync(reader, "SELECT count(*) FROM grown"));
        Assert.InRange(DiskMeasure.Of(host.PathOf(id, "data"), int.MaxValue).DataBytes, 32 * Mebibyte, 2000 * Mebibyte);
        Assert.NotNull(lease.Endpoint.Disk.Refusal);
    }

    [Fact]
    public async Task Whoever_grows_on_at_the_hard_limit_may_read_and_drop_alone_until_it_has_made_room()
    {
        await using TestHost host = await TestHost.StartAsync(path => Limited(path, 32));
        DatabaseId id = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        await session.ExecuteSimpleAsync("CREATE TABLE grown (text text)", Cancellation);
        await GrowUntilAsync(lease.Endpoint, DiskRule.ReadAndDelete);
        Assert.Contains("hard limit of 96.0 MiB", lease.Endpoint.Disk.Refusal!.Why, StringComparison.Ordinal);

        // A session past the front door, as whoever has found a way to write would be: ended at each look, and it begins anew.
        await GrowUntilAsync(lease.Endpoint, DiskRule.ReadAndDrop);
        Assert.Contains("DROP makes room", lease.Endpoint.Disk.Refusal!.Why, StringComparison.Ordinal);

        await using ServerConnection dropping = await TestHost.ConnectAsync(lease.Endpoint);
        await dropping.ExecuteSimpleAsync("DROP TABLE grown", Cancellation);
        await Eventually.TrueAsync(() => lease.Endpoint.Disk.Refusal is null);
    }

    [Fact]
    public async Task What_leaves_no_trace_in_the_log_is_seen_by_what_the_hosts_disk_loses()
    {
        await using TestHost host = await TestHost.StartAsync(path => Limited(path, 32, unseenMebibytes: 1));
        DatabaseId id = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        await Eventually.TrueAsync(() => host.Lifecycle.FindDisk(id) is not null);

        await session.ExecuteSimpleAsync("CREATE UNLOGGED TABLE grown (text text);" + Grow, Cancellation);

        await Eventually.TrueAsync(() => lease.Endpoint.Disk.Refusal is not null);
    }

    [Fact]
    public async Task Where_the_hosts_disk_is_nearly_full_nobody_may_grow()
    {
        await using TestHost host = await TestHost.StartAsync(path => new InstancesOptions
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            StopAfter = TimeSpan.FromHours(2),
            Disk = new DiskOptions { HostReserveBytes = long.MaxValue, CheckPeriod = TimeSpan.FromMilliseconds(50) },
        });
        DatabaseId id = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);

        await Eventually.TrueAsync(() => lease.Endpoint.Disk.Refusal is not null);

        Assert.Contains("The disk of the host", lease.Endpoint.Disk.Refusal!.Why, StringComparison.Ordinal);
        Assert.Equal(DiskRule.ReadAndDelete, lease.Endpoint.Disk.Refusal.Rule);
        // Who grows all the same is ended, although its database is far from its own limit.
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        var ended = await Assert.ThrowsAsync<PostgresException>(() => RunAwayAsync(session));
        Assert.Equal(SqlState.AdminShutdown, ended.SqlState);
    }

    [Fact]
    public async Task One_session_spills_no_more_than_a_gigabyte_and_cannot_raise_that()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();

        Assert.Equal("1GB", await host.QueryAsync(id, "SHOW temp_file_limit"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => host.QueryAsync(id, "SET temp_file_limit = -1"));
        Assert.Equal(SqlState.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public void A_measure_counts_files_apart_from_the_log_and_follows_no_links()
    {
        using var folder = new TestDataFolder();
        string data = folder.Combine("data");
        Directory.CreateDirectory(Path.Combine(data, "base", "5"));
        Directory.CreateDirectory(Path.Combine(data, "pg_wal", "summaries"));
        Directory.CreateDirectory(folder.Combine("elsewhere"));
        File.WriteAllBytes(Path.Combine(data, "base", "5", "1"), new byte[1000]);
        File.WriteAllBytes(Path.Combine(data, "base", "5", ".hidden"), new byte[100]);
        File.WriteAllBytes(Path.Combine(data, "pg_wal", "summaries", "1"), new byte[10]);
        File.WriteAllBytes(folder.Combine("elsewhere", "large"), new byte[100_000]);
        Directory.CreateSymbolicLink(Path.Combine(data, "base", "link"), folder.Combine("elsewhere"));

        DiskMeasure measure = DiskMeasure.Of(data, int.MaxValue);

        Assert.InRange(measure.DataBytes, 1100, 1100 + 1000);
        Assert.Equal(10, measure.LogBytes);
        Assert.Equal(0, DiskMeasure.Of(data, 0).DataBytes);
    }

    // Unless it is ended, it ends with two gigabytes.
    private static async Task RunAwayAsync(ServerConnection session)
    {
        await session.ExecuteSimpleAsync("CREATE TABLE IF NOT EXISTS grown (text text)", Cancellation);
        await session.ExecuteSimpleAsync(
            "DO $$ BEGIN FOR i IN 1..2000 LOOP INSERT INTO grown SELECT repeat(md5(n::text), 30) FROM generate_series(1, 1000) n; END LOOP; END $$",
            Cancellation
        );
    }

    private static async Task GrowUntilAsync(InstanceEndpoint endpoint, DiskRule rule)
    {
        // 30 MiB each time, so that the disk is not filled where the rule never comes.
        for (var i = 0; i < 40 && endpoint.Disk.Refusal?.Rule != rule; i++)
        {
            try
            {
                await using ServerConnection session = await TestHost.ConnectAsync(endpoint);
                await session.ExecuteSimpleAsync(Grow, Cancellation);
            }
            catch (Exception ended) when (ended is PostgresException or ServerConnectionException)
            {
                // By the watch.
            }
        }
        Assert.Equal(rule, endpoint.Disk.Refusal?.Rule);
    }

    private static InstancesOptions Limited(string path, long mebibytes, long unseenMebibytes = 256) =>
        new()
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            StopAfter = TimeSpan.FromHours(2),
            Disk = new DiskOptions
            {
                SoftBytes = mebibytes * Mebibyte,
                CheckPeriod = TimeSpan.FromMilliseconds(50),
                HostReserveBytes = 0,
                MeasureAfter = TimeSpan.FromMinutes(5),
                UnseenBytes = unseenMebibytes * Mebibyte,
                SettleAfter = TimeSpan.FromMilliseconds(500),
            },
        };
}

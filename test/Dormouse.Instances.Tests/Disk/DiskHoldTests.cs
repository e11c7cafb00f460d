using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Disk;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Disk;

/// <summary>
/// The limit that the file system holds a database to. The folder of the tests must lie on ext4 or XFS, mounted with <c>prjquota</c>; elsewhere there is
/// nothing to test, and they say so. The watch looks at nothing here.
/// </summary>
public sealed class DiskHoldTests
{
    private const long Mebibyte = 1 << 20;
    private const string Grow = "INSERT INTO grown SELECT repeat(md5(n::text), 30) FROM generate_series(1, 10000) n";

    /// <summary>With a soft limit of 8 MiB: 64 to the hard one, and as many again to what the file system refuses.</summary>
    private const long HeldAt = 136 * Mebibyte;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_writes_beyond_it_and_whoever_is_there_reads_on_and_makes_room()
    {
        await using TestHost host = await StartAsync();
        DatabaseId id = await host.CreateAsync();
        DatabaseId neighbour = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        await session.ExecuteSimpleAsync("CREATE TABLE kept AS SELECT n FROM generate_series(1, 1000) n", Cancellation);

        PostgresException refused = await FillAsync(session, "grown");

        // As ext4 says it, and as XFS does.
        Assert.Matches("could not extend file .*: (Disk quota exceeded|No space left on device)", refused.Message);
        Assert.InRange(DiskMeasure.Of(host.PathOf(id, "data"), int.MaxValue).DataBytes, HeldAt - (8 * Mebibyte), HeldAt + (8 * Mebibyte));
        // Unlogged tables, other tables and spilled sorts count as well.
        await FillAsync(session, "other");
        Assert.Equal("1000", await TestHost.ScalarAsync(session, "SELECT count(*) FROM kept"));
        await session.ExecuteSimpleAsync("DELETE FROM kept WHERE n > 500", Cancellation);
        await host.QueryAsync(neighbour, "CREATE TABLE grown (text text);" + Grow);

        // Not TRUNCATE, which makes new files before the old ones go.
        await session.ExecuteSimpleAsync("DROP TABLE grown", Cancellation);
        await session.ExecuteSimpleAsync("CREATE TABLE grown (text text);" + Grow, Cancellation);

        Assert.Equal("500", await TestHost.ScalarAsync(session, "SELECT count(*) FROM kept"));
    }

    [Fact]
    public async Task A_full_one_starts_again_after_a_stop_and_after_a_crash_and_has_all_that_was_committed()
    {
        await using TestHost host = await StartAsync();
        DatabaseId id = await host.CreateAsync();
        for (int i = 0; i < 2; i++)
        {
            string kept = $"kept{i}";
            using (IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation))
            await using (ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint))
            {
                await session.ExecuteSimpleAsync($"CREATE TABLE {kept} AS SELECT n FROM generate_series(1, 1000) n", Cancellation);
                await FillAsync(session, $"grown{i}");
                if (i == 1)
                {
                    Libc.Check(Libc.Kill(host.Lifecycle.Find(id)!.PostmasterPid!.Value, Libc.SigKill), "kill");
                }
            }
            if (i == 0)
            {
                await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
            }
            await Eventually.TrueAsync(() => host.Lifecycle.Find(id)!.State == InstanceState.Stopped);

            Assert.Equal("1000", await host.QueryAsync(id, $"SELECT count(*) FROM {kept}"));

            await host.QueryAsync(id, $"DROP TABLE grown{i}");
        }
        // Also pages that it shared with its template until now, and that a checkpoint wrote while it was full.
        string log = await File.ReadAllTextAsync(host.PathOf(id, "postgres.log"), Cancellation);
        Assert.DoesNotContain("could not write", log, StringComparison.Ordinal);
        Assert.DoesNotContain("PANIC", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_may_become_moves_it_at_once_and_a_new_data_directory_is_held_in_place_of_the_old_one()
    {
        await using TestHost host = await StartAsync(TimeSpan.FromMilliseconds(50));
        DatabaseId id = await host.CreateAsync();
        ProjectQuota quota = ProjectQuota.TryFind(host.Folder.Path)!;
        uint user = (uint)host.Lifecycle.RecordOf(id).Uid!.Value;
        InstanceFolder folder = host.Lifecycle.FolderOf(id);
        Assert.Equal(user, ProjectQuota.ProjectOf(Path.Combine(folder.DataPath, "base")));
        Assert.Equal(0u, ProjectQuota.ProjectOf(Path.Combine(folder.DataPath, "pg_wal")));
        await host.QueryAsync(id, "CREATE TABLE grown (text text);" + Grow);
        string relation = (await host.QueryAsync(id, "SELECT pg_relation_filepath('grown')"))!;
        Assert.Equal(user, ProjectQuota.ProjectOf(Path.Combine(folder.DataPath, relation)));
        long used = quota.Read(user).Used;
        Assert.InRange(used, 15 * Mebibyte, 40 * Mebibyte);

        await host.Lifecycle.ResizeAsync(id, new ClassRange(InstanceClass.Small, InstanceClass.Large), null, Cancellation);
        // Four times 8 is under the smallest leeway: 32 + 64 + 64.
        await Eventually.TrueAsync(() => quota.Read(user).Limit == 160 * Mebibyte);

        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);
        await host.Backups.ReplaceFromAsync(id, new BackupSource(null, backup.Name, null), Cancellation);

        Assert.Equal("10000", await host.QueryAsync(id, "SELECT count(*) FROM grown"));
        Assert.Equal(user, ProjectQuota.ProjectOf(Path.Combine(folder.DataPath, "base")));
        Assert.InRange(quota.Read(user).Used, used - (4 * Mebibyte), used + (4 * Mebibyte));

        await host.Lifecycle.DeleteAsync(id, Cancellation);
        Assert.Equal(0, quota.Read(user).Limit);
    }

    private static Task<TestHost> StartAsync() => StartAsync(TimeSpan.FromHours(1));

    private static async Task<TestHost> StartAsync(TimeSpan checkPeriod)
    {
        using var probe = new TestDataFolder();
        Assert.SkipWhen(
            ProjectQuota.TryFind(probe.Path) is null,
            "The file system of the tests' folder holds no project to a quota, or this is not root."
        );
        return await TestHost.StartAsync(path => new InstancesOptions
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            StopAfter = TimeSpan.FromHours(2),
            Disk = new DiskOptions
            {
                SoftBytes = 8 * Mebibyte,
                CheckPeriod = checkPeriod,
                HostReserveBytes = 0,
            },
        });
    }

    /// <returns>What it was refused with.</returns>
    private static async Task<PostgresException> FillAsync(ServerConnection session, string table)
    {
        string grow = Grow.Replace("grown", table, StringComparison.Ordinal);
        return await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await session.ExecuteSimpleAsync($"CREATE UNLOGGED TABLE {table} (text text)", Cancellation);
            // Unless it is refused it ends with twice as much.
            for (int i = 0; i < 30; i++)
            {
                await session.ExecuteSimpleAsync(grow, Cancellation);
            }
        });
    }
}

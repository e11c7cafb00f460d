using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Lifecycle;

public sealed class InstanceLifecycleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_is_born_freezes_with_its_session_stops_and_wakes_with_its_rows()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        InstanceEndpoint first;
        ServerConnection session;
        using (IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation))
        {
            first = lease.Endpoint;
            session = await TestHost.ConnectAsync(first);
            await session.ExecuteSimpleAsync(
                "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7); CREATE TEMP TABLE mine AS SELECT 8 AS n",
                Cancellation
            );
        }

        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);
        Assert.Equal(InstanceState.Frozen, host.Lifecycle.Find(id)!.State);
        using (IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation))
        {
            Assert.Same(first, lease.Endpoint);
            Assert.Equal("8", await TestHost.ScalarAsync(session, "SELECT n FROM mine"));
        }

        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        Assert.True(first.Stopped.IsCancellationRequested);
        Assert.Null(host.Lifecycle.Find(id)!.PostmasterPid);
        using (IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation))
        {
            Assert.NotSame(first, lease.Endpoint);
            Assert.Equal(first.Generation + 1, lease.Endpoint.Generation);
        }
        Assert.Equal("7", await host.QueryAsync(id, "SELECT n FROM kept"));
        await session.DisposeAsync();
    }

    [Fact]
    public async Task A_frozen_database_gets_no_cpu()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await AssertFreezesAllAsync(host, id);
    }

    [Fact]
    public async Task Without_control_groups_signals_freeze_the_whole_tree()
    {
        await using TestHost host = await TestHost.StartAsync(TestHost.BySignals);
        DatabaseId id = await host.CreateAsync();
        Assert.Equal("signals", host.Lifecycle.Resources.Freezer);
        await AssertFreezesAllAsync(host, id);
    }

    [Fact]
    public async Task Concurrent_wakes_share_one_start()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        long before = host.Lifecycle.Find(id)!.Generation;

        IInstanceLease[] leases = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await host.Lifecycle.LeaseAsync(id, Cancellation)))
        );

        Assert.Equal(before + 1, host.Lifecycle.Find(id)!.Generation);
        Assert.All(leases, lease => Assert.Same(leases[0].Endpoint, lease.Endpoint));
        Assert.Equal(50, host.Lifecycle.Find(id)!.Leases);
        Array.ForEach(leases, lease => lease.Dispose());
        Assert.Equal(0, host.Lifecycle.Find(id)!.Leases);
    }

    [Fact]
    public async Task A_lease_on_a_running_database_completes_synchronously()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();

        ValueTask<IInstanceLease> lease = host.Lifecycle.LeaseAsync(id, Cancellation);

        Assert.True(lease.IsCompletedSuccessfully);
        (await lease).Dispose();
    }

    [Theory]
    [InlineData(InstanceState.Frozen)]
    [InlineData(InstanceState.Stopped)]
    public async Task In_use_it_is_not_put_to_sleep(InstanceState to)
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);

        var failure = await Assert.ThrowsAsync<DormouseException>(() => host.Lifecycle.SleepAsync(id, to, Cancellation));

        Assert.Equal(FailureKind.Conflict, failure.Kind);
        Assert.Equal(InstanceState.Running, host.Lifecycle.Find(id)!.State);
    }

    [Fact]
    public async Task A_failed_wake_tells_every_waiter_why_and_the_next_request_after_the_repair_succeeds()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        string map = host.PathOf(id, "data/global/pg_control");
        File.Move(map, map + ".away");

        Task<IInstanceLease>[] waiters = [.. Enumerable.Range(0, 10).Select(_ => host.Lifecycle.LeaseAsync(id, Cancellation).AsTask())];
        foreach (Task<IInstanceLease> waiter in waiters)
        {
            var failure = await Assert.ThrowsAsync<DormouseException>(() => waiter);
            Assert.Equal(FailureKind.ComputeAsleep, failure.Kind);
            Assert.Equal("DM3401", failure.Code);
            Assert.Contains("pg_control", failure.Message, StringComparison.Ordinal);
        }
        Assert.NotNull(host.Lifecycle.Find(id)!.LastFailure);
        Assert.Equal(InstanceState.Stopped, host.Lifecycle.Find(id)!.State);

        File.Move(map + ".away", map);
        Assert.Equal("1", await host.QueryAsync(id, "SELECT 1"));
        Assert.Null(host.Lifecycle.Find(id)!.LastFailure);
    }

    [Fact]
    public async Task A_wake_that_takes_too_long_ends_for_the_waiter_only()
    {
        await using TestHost host = await TestHost.StartAsync(path => new InstancesOptions
        {
            DataPath = path,
            WakeTimeout = TimeSpan.FromMilliseconds(1),
        });
        var id = DatabaseId.New();

        var failure = await Assert.ThrowsAsync<DormouseException>(() => host.Lifecycle.CreateAsync(id, Cancellation));

        Assert.Equal("DM3402", failure.Code);
        // The wake itself went on; its end is the mailbox's next command.
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        Assert.Equal(1, host.Lifecycle.Find(id)!.Generation);
    }

    [Fact]
    public async Task A_waiter_that_gives_up_leaves_no_lease_behind()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        using var cancel = new CancellationTokenSource();
        Task<IInstanceLease> given = host.Lifecycle.LeaseAsync(id, cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        await host.Lifecycle.WakeAsync(id, Cancellation);
        Assert.Equal(0, host.Lifecycle.Find(id)!.Leases);
    }

    [Fact]
    public async Task When_postgres_dies_users_are_told_and_the_next_request_starts_it_again()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)");
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        var told = new TaskCompletionSource();
        using CancellationTokenRegistration registration = lease.Endpoint.Stopped.Register(told.SetResult);

        Signal(host.Lifecycle.Find(id)!.PostmasterPid!.Value, 9);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        Assert.Equal("1", await host.QueryAsync(id, "SELECT n FROM t"));
        Assert.Equal(lease.Endpoint.Generation + 1, host.Lifecycle.Find(id)!.Generation);
    }

    [Fact]
    public async Task When_postgres_dies_frozen_the_next_request_starts_it_again()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);

        Signal(host.Lifecycle.Find(id)!.PostmasterPid!.Value, 9);

        await Eventually.TrueAsync(() => host.Lifecycle.Find(id)!.State == InstanceState.Stopped);
        Assert.Equal("1", await host.QueryAsync(id, "SELECT 1"));
    }

    [Fact]
    public async Task Deleting_removes_processes_folder_and_groups_and_is_repeatable()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        int pid = host.Lifecycle.Find(id)!.PostmasterPid!.Value;

        await host.Lifecycle.DeleteAsync(id, Cancellation);
        await host.Lifecycle.DeleteAsync(id, Cancellation);

        Assert.Null(host.Lifecycle.Find(id));
        Assert.False(Directory.Exists($"/proc/{pid}"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Folder.Combine("instances")));
        var failure = await Assert.ThrowsAsync<DormouseException>(async () => await host.Lifecycle.LeaseAsync(id, Cancellation));
        Assert.Equal(FailureKind.NotFound, failure.Kind);
    }

    [Fact]
    public async Task Creating_twice_is_creating_once()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE t (n int)");

        await host.Lifecycle.CreateAsync(id, Cancellation);

        Assert.Equal("0", await host.QueryAsync(id, "SELECT count(*) FROM t"));
        Assert.Single(host.Lifecycle.List());
    }

    [Fact]
    public async Task Two_databases_have_secrets_of_their_own_and_none_is_in_clear_on_disk()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId a = await host.CreateAsync();
        DatabaseId b = await host.CreateAsync();
        using IInstanceLease leaseA = await host.Lifecycle.LeaseAsync(a, Cancellation);
        using IInstanceLease leaseB = await host.Lifecycle.LeaseAsync(b, Cancellation);

        Assert.NotEqual(leaseA.Endpoint.Password, leaseB.Endpoint.Password);
        await Assert.ThrowsAsync<PostgresException>(() =>
            TestHost.ConnectAsync(leaseA.Endpoint with { Password = leaseB.Endpoint.Password })
        );
        byte[] secret = await File.ReadAllBytesAsync(host.PathOf(a, "secret"), Cancellation);
        Assert.DoesNotContain(leaseA.Endpoint.Password, System.Text.Encoding.Latin1.GetString(secret), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_folder_above_and_a_long_path_are_no_obstacle()
    {
        string deep = string.Concat(Enumerable.Repeat("/a-rather-long-folder-name", 4));
        await using TestHost host = await TestHost.StartAsync(path =>
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return TestHost.Awake(path + deep);
        });
        DatabaseId id = await host.CreateAsync();

        Assert.Equal("1", await host.QueryAsync(id, "SELECT 1"));
    }

    [Fact]
    public async Task A_query_that_takes_all_memory_ends_in_its_own_instance_which_recovers()
    {
        await using TestHost host = await TestHost.StartAsync(path => new InstancesOptions
        {
            DataPath = path,
            FreezeAfter = TimeSpan.FromHours(1),
            MemoryMaxBytes = 100 << 20,
        });
        Assert.SkipUnless(host.Lifecycle.Resources.MemoryLimited, "No control group here bounds memory.");
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE kept AS SELECT 5 AS n");

        await Assert.ThrowsAnyAsync<Exception>(() =>
            host.QueryAsync(id, "SELECT length(string_agg(md5(i::text), '')) FROM generate_series(1, 20000000) i")
        );

        // PostgreSQL starts over by itself. For that moment it refuses logins, and ends those that it had begun.
        string? answer = null;
        for (int attempt = 0; answer is null && attempt < 200; attempt++)
        {
            try
            {
                answer = await host.QueryAsync(id, "SELECT n FROM kept");
            }
            catch (Exception exception)
                when (exception
                        is PostgresException { SqlState: "57P02" or "57P03" }
                            or ServerConnectionException { Failure: ServerFailure.Lost or ServerFailure.Unreachable }
                )
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
            }
        }
        Assert.Equal("5", answer);
    }

    private static async Task AssertFreezesAllAsync(TestHost host, DatabaseId id)
    {
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        // Something that would run on by itself.
        Task busy = session
            .ExecuteSimpleAsync(
                "DO $$ DECLARE began timestamptz := now(); BEGIN WHILE clock_timestamp() < began + interval '3 s' LOOP END LOOP; END $$",
                Cancellation
            )
            .AsTask();
        lease.Dispose();
        int postmaster = host.Lifecycle.Find(id)!.PostmasterPid!.Value;

        await host.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);
        int[] tree = [.. Dormouse.Instances.Drivers.Native.ProcessTable.Tree(postmaster)];
        Assert.True(tree.Length >= 5, $"Only {tree.Length} processes.");
        long[] before = [.. tree.Select(CpuTicks)];
        // Time for a process that still ran to be seen running: this is what is measured, nothing waits for it.
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancellation);
        Assert.Equal(before, tree.Select(CpuTicks).ToArray());
        Assert.False(busy.IsCompleted);

        await host.Lifecycle.WakeAsync(id, Cancellation);
        await busy.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    private static long CpuTicks(int pid)
    {
        string text = File.ReadAllText($"/proc/{pid}/stat");
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], System.Globalization.CultureInfo.InvariantCulture)
            + long.Parse(fields[12], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void Signal(int pid, int signal) => _ = Dormouse.Instances.Drivers.Native.Libc.Kill(pid, signal);
}

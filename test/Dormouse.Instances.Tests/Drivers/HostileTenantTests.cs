using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Host;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Instances.Upkeep;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Drivers;

/// <summary>
/// A tenant that means harm, in sessions that no front door watches: each attempt ends with its error, and the neighbour on the same host
/// answers meanwhile and afterwards. What statements alone cannot do is in <see cref="SandboxTests"/>, disk in <see cref="Disk.DiskWatchTests"/>.
/// </summary>
public sealed class HostileTenantTests
{
    private const int ConnectionsMax = 30;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_flood_of_connections_is_refused_where_the_instance_is_full_and_the_platform_still_gets_in()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId hostile = await host.CreateAsync();
        DatabaseId neighbour = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(hostile, Cancellation);
        List<ServerConnection> flood = [];
        try
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(async () =>
            {
                while (flood.Count <= ConnectionsMax)
                {
                    flood.Add(await TestHost.ConnectAsync(lease.Endpoint));
                }
            });

            Assert.Equal(SqlState.TooManyConnections, refused.SqlState);
            Assert.Equal("1", await host.QueryAsync(neighbour, "SELECT 1"));
            await using ServerConnection platform = await OpenAsPlatformAsync(host, hostile);
            Assert.Equal("dormouse", await TestHost.ScalarAsync(platform, "SELECT current_user"));
        }
        finally
        {
            foreach (ServerConnection connection in flood)
            {
                await connection.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Processes_of_one_instance_are_bounded_whatever_its_sessions_do()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId hostile = await host.CreateAsync();
        DatabaseId neighbour = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(hostile, Cancellation);
        await using (ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint))
        {
            await session.ExecuteSimpleAsync("CREATE TABLE t AS SELECT generate_series(1, 200000) AS id; ANALYZE t", Cancellation);
        }
        List<ServerConnection> sessions = [];
        try
        {
            for (int i = 0; i < 10; i++)
            {
                sessions.Add(await TestHost.ConnectAsync(lease.Endpoint));
            }
            // As many workers as each may have, for a query that never ends by itself.
            Task[] queries = [.. sessions.Select(session => RunUntilEndedAsync(session))];
            await using ServerConnection platform = await OpenAsPlatformAsync(host, hostile);
            await WaitUntilActiveAsync(platform, sessions.Count);

            Assert.Equal("1", await host.QueryAsync(neighbour, "SELECT 1"));
            int postmaster = host.Lifecycle.Find(hostile)!.PostmasterPid!.Value;
            Assert.InRange(ProcessTable.Tree(postmaster).Count, sessions.Count, host.Options.ProcessesMax);

            await platform.ExecuteSimpleAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'", Cancellation);
            await Task.WhenAll(queries);
        }
        finally
        {
            foreach (ServerConnection session in sessions)
            {
                await session.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dormouse target'")]
    [InlineData("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'dormouse target'")]
    public async Task The_platforms_session_cannot_be_ended_by_the_tenant(string sql)
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId hostile = await host.CreateAsync();
        await using ServerConnection platform = await OpenAsPlatformAsync(host, hostile);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => host.QueryAsync(hostile, sql));

        Assert.Equal(SqlState.InsufficientPrivilege, refused.SqlState);
        Assert.Equal("dormouse", await TestHost.ScalarAsync(platform, "SELECT current_user"));
    }

    [Fact]
    public async Task Even_with_dblink_given_there_is_no_way_out_of_the_instance()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId hostile = await host.CreateAsync();
        DatabaseId neighbour = await host.CreateAsync();
        await using ServerConnection platform = await OpenAsPlatformAsync(host, hostile);
        await platform.ExecuteSimpleAsync("CREATE EXTENSION dblink SCHEMA public", Cancellation);
        string socket = Path.GetDirectoryName(host.Lifecycle.FolderOf(neighbour).SocketPath)!;

        foreach (string target in (string[])["192.0.2.1", "127.0.0.1", "localhost", socket])
        {
            var failed = await Assert.ThrowsAsync<PostgresException>(() =>
                host.QueryAsync(
                    hostile,
                    $"SELECT dblink_connect('host={target} user=app password=x dbname=postgres connect_timeout=5 require_auth=scram-sha-256')"
                )
            );
            Assert.Equal("08001", failed.SqlState);
        }
        Assert.Equal("1", await host.QueryAsync(neighbour, "SELECT 1"));
    }

    [Fact]
    public async Task An_instances_user_reads_and_reaches_nothing_of_its_neighbour()
    {
        Assert.SkipUnless(HostUsers.CanChoose, "Instances have users of their own only where the platform runs as root.");
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId hostile = await host.CreateAsync();
        DatabaseId neighbour = await host.CreateAsync();
        int user = host.Lifecycle.RecordOf(hostile).Uid!.Value;

        // What the kernel says to somebody who broke out of the sandbox with no more than its user.
        Assert.True((await AsUserAsync(user, "test", "-r", host.PathOf(hostile, "data/PG_VERSION"))).Succeeded);
        string[] foreign =
        [
            host.PathOf(neighbour, "data/PG_VERSION"),
            host.PathOf(neighbour, "run/.s.PGSQL.5432"),
            host.PathOf(neighbour, "secret"),
            host.PathOf(neighbour, "instance.json"),
            host.PathOf(hostile, "secret"),
            host.PathOf(hostile, "instance.json"),
        ];
        foreach (string path in foreign)
        {
            Assert.True(Path.Exists(path));
            Assert.False((await AsUserAsync(user, "test", "-r", path)).Succeeded, $"{path} can be read.");
            Assert.False((await AsUserAsync(user, "test", "-w", path)).Succeeded, $"{path} can be written.");
        }
        Assert.False((await AsUserAsync(user, "ls", host.Folder.Combine("instances"))).Succeeded);
        int postmaster = host.Lifecycle.Find(neighbour)!.PostmasterPid!.Value;
        Assert.False((await AsUserAsync(user, "kill", "-TERM", $"{postmaster}")).Succeeded);
        Assert.Equal("1", await host.QueryAsync(neighbour, "SELECT 1"));
    }

    [Fact]
    public async Task Links_in_an_instances_folder_lead_its_removal_nowhere()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId hostile = await host.CreateAsync();
        string precious = host.Folder.Combine("precious");
        Directory.CreateDirectory(precious);
        await File.WriteAllTextAsync(Path.Combine(precious, "file"), "kept", Cancellation);
        Directory.CreateSymbolicLink(host.PathOf(hostile, "data/base/link"), precious);
        File.CreateSymbolicLink(host.PathOf(hostile, "data/link"), Path.Combine(precious, "file"));

        await host.Lifecycle.SleepAsync(hostile, InstanceState.Stopped, Cancellation);
        await host.Lifecycle.DeleteAsync(hostile, Cancellation);

        Assert.False(Directory.Exists(host.PathOf(hostile, "")));
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(precious, "file"), Cancellation));
    }

    private static async Task RunUntilEndedAsync(ServerConnection session)
    {
        await session.ExecuteSimpleAsync(
            "SET max_parallel_workers_per_gather = 1024; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; "
                + "SET min_parallel_table_scan_size = 0",
            Cancellation
        );
        var ended = await Assert.ThrowsAsync<PostgresException>(async () =>
            await session.ExecuteSimpleAsync("SELECT count(*) FROM t a, t b WHERE a.id + b.id < 0", Cancellation)
        );
        Assert.Equal(SqlState.AdminShutdown, ended.SqlState);
    }

    private static async Task WaitUntilActiveAsync(ServerConnection platform, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        const string active =
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND state = 'active' AND query LIKE 'SELECT count%' "
            + "AND backend_type = 'client backend'";
        while (await TestHost.ScalarAsync(platform, active) != $"{count}")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        }
    }

    private static async Task<ServerConnection> OpenAsPlatformAsync(TestHost host, DatabaseId id) =>
        await PlatformSession.OpenAsync(
            host.Lifecycle.FolderOf(id),
            host.Lifecycle.OpenSecrets(id),
            PlatformSession.MainDatabase,
            "target",
            Cancellation
        );

    private static Task<HostCommandResult> AsUserAsync(int user, params string[] words) =>
        HostCommand
            .Of("setpriv", [$"--reuid={user}", $"--regid={user}", "--clear-groups", "--no-new-privs", "--", .. words])
            .RunAsync(Cancellation);
}

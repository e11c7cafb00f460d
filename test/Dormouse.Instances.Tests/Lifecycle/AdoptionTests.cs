using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Lifecycle;

public sealed class AdoptionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_next_platform_adopts_running_and_frozen_instances_with_their_processes_and_sessions(bool bySignals)
    {
        await using TestHost first = await TestHost.StartAsync(bySignals ? TestHost.BySignals : null);
        DatabaseId running = await first.CreateAsync();
        DatabaseId frozen = await first.CreateAsync();
        DatabaseId stopped = await first.CreateAsync();
        using IInstanceLease lease = await first.Lifecycle.LeaseAsync(frozen, Cancellation);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        await session.ExecuteSimpleAsync("CREATE TEMP TABLE mine AS SELECT 42 AS n", Cancellation);
        lease.Dispose();
        await first.Lifecycle.SleepAsync(frozen, InstanceState.Frozen, Cancellation);
        await first.Lifecycle.SleepAsync(stopped, InstanceState.Stopped, Cancellation);

        await using TestHost second = await first.SucceedAsync();

        Assert.Equal(InstanceState.Running, second.Lifecycle.Find(running)!.State);
        Assert.Equal(InstanceState.Frozen, second.Lifecycle.Find(frozen)!.State);
        Assert.Equal(InstanceState.Stopped, second.Lifecycle.Find(stopped)!.State);
        foreach (DatabaseId id in (DatabaseId[])[running, frozen])
        {
            Assert.Equal(first.Lifecycle.Find(id)!.PostmasterPid, second.Lifecycle.Find(id)!.PostmasterPid);
            Assert.Equal(first.Lifecycle.Find(id)!.Generation, second.Lifecycle.Find(id)!.Generation);
        }
        await second.Lifecycle.WakeAsync(frozen, Cancellation);
        Assert.Equal("42", await TestHost.ScalarAsync(session, "SELECT n FROM mine"));
        Assert.Equal("1", await second.QueryAsync(running, "SELECT 1"));
        Assert.Equal("1", await second.QueryAsync(stopped, "SELECT 1"));

        // An adopted one is stopped and seen dying as one of our own.
        await second.Lifecycle.SleepAsync(frozen, InstanceState.Stopped, Cancellation);
        Assert.Equal("1", await second.QueryAsync(frozen, "SELECT 1"));
        _ = Libc.Kill(second.Lifecycle.Find(running)!.PostmasterPid!.Value, Libc.SigKill);
        await Eventually.TrueAsync(() => second.Lifecycle.Find(running)!.State == InstanceState.Stopped);
    }

    [Fact]
    public async Task An_instance_that_froze_before_it_took_the_exit_of_a_session_is_adopted()
    {
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId id = await first.CreateAsync();
        int postmaster = first.Lifecycle.Find(id)!.PostmasterPid!.Value;
        using (IInstanceLease lease = await first.Lifecycle.LeaseAsync(id, Cancellation))
        {
            ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
            Signal(postmaster, Libc.SigStop);
            await session.DisposeAsync();
        }
        await Eventually.TrueAsync(() => ProcessTable.Children(postmaster).Any(pid => ProcessTable.Stat(pid) is { State: 'Z' }));
        await first.Lifecycle.SleepAsync(id, InstanceState.Frozen, Cancellation);
        Signal(postmaster, Libc.SigCont);

        await using TestHost second = await first.SucceedAsync();

        Assert.Equal(InstanceState.Frozen, second.Lifecycle.Find(id)!.State);
        Assert.Equal("1", await second.QueryAsync(id, "SELECT 1"));
    }

    [Fact]
    public async Task A_process_that_the_record_does_not_know_yet_is_adopted_as_a_later_generation()
    {
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId id = await first.CreateAsync();
        await first.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        string record = await File.ReadAllTextAsync(first.PathOf(id, "instance.json"), Cancellation);
        await first.Lifecycle.WakeAsync(id, Cancellation);
        await Eventually.TrueAsync(() => !File.ReadAllText(first.PathOf(id, "instance.json")).Equals(record, StringComparison.Ordinal));
        await File.WriteAllTextAsync(first.PathOf(id, "instance.json"), record, Cancellation);

        await using TestHost second = await first.SucceedAsync();

        Assert.Equal(first.Lifecycle.Find(id)!.PostmasterPid, second.Lifecycle.Find(id)!.PostmasterPid);
        Assert.Equal(first.Lifecycle.Find(id)!.Generation, second.Lifecycle.Find(id)!.Generation);
    }

    [Fact]
    public async Task A_creation_cut_short_before_the_data_was_there_is_removed_and_can_be_repeated()
    {
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId id = await first.CreateAsync();
        await first.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        Directory.Move(first.PathOf(id, "data"), first.PathOf(id, "data.cloning"));

        await using TestHost second = await first.SucceedAsync();

        Assert.Null(second.Lifecycle.Find(id));
        Assert.False(Directory.Exists(first.Folder.Combine("instances", id.ToString())));
        await second.Lifecycle.CreateAsync(id, Cancellation);
        Assert.Equal("1", await second.QueryAsync(id, "SELECT 1"));
    }

    [Fact]
    public async Task A_creation_cut_short_before_the_secrets_were_recorded_is_finished_by_the_next_wake()
    {
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId id = await first.CreateAsync();
        string record = first.PathOf(id, "instance.json");
        await Eventually.TrueAsync(() => File.ReadAllText(record).Contains("\"secretsSet\": true", StringComparison.Ordinal));
        string text = await File.ReadAllTextAsync(record, Cancellation);
        await File.WriteAllTextAsync(
            record,
            text.Replace("\"secretsSet\": true", "\"secretsSet\": false", StringComparison.Ordinal),
            Cancellation
        );

        await using TestHost second = await first.SucceedAsync();

        Assert.Equal(InstanceState.Stopped, second.Lifecycle.Find(id)!.State);
        Assert.Equal("1", await second.QueryAsync(id, "SELECT 1"));
    }

    [Fact]
    public async Task Processes_whose_folder_is_gone_are_ended_and_those_of_another_platform_are_left_alone()
    {
        await using TestHost other = await TestHost.StartAsync();
        DatabaseId untouched = await other.CreateAsync();
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId id = await first.CreateAsync();
        int pid = first.Lifecycle.Find(id)!.PostmasterPid!.Value;
        await first.Lifecycle.DisposeAsync();
        Directory.Delete(first.Folder.Combine("instances", id.ToString()), recursive: true);

        await using TestHost second = await first.SucceedAsync();

        await Eventually.TrueAsync(() => ProcessTable.Identify(pid) is null);
        Assert.Null(second.Lifecycle.Find(id));
        Assert.Equal("1", await other.QueryAsync(untouched, "SELECT 1"));
    }

    [Fact]
    public async Task One_that_cannot_be_taken_over_is_left_alone_with_its_reason_and_the_others_are_served()
    {
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId[] ids = [await first.CreateAsync(), await first.CreateAsync(), await first.CreateAsync()];
        (DatabaseId sound, DatabaseId unreadable, DatabaseId blocked) = (ids[0], ids[1], ids[2]);
        int pid = first.Lifecycle.Find(unreadable)!.PostmasterPid!.Value;
        string record = first.PathOf(unreadable, "instance.json");
        await first.Lifecycle.SleepAsync(blocked, InstanceState.Stopped, Cancellation);
        await first.Lifecycle.DisposeAsync();
        string kept = await File.ReadAllTextAsync(record, Cancellation);
        await File.WriteAllTextAsync(record, "{", Cancellation);
        // A folder where the socket of the next start goes: it cannot be swept.
        Directory.CreateDirectory(Path.Combine(first.PathOf(blocked, "run"), ".s.PGSQL.5432", "in the way"));

        await using (TestHost second = await first.SucceedAsync())
        {
            Assert.Equal("1", await second.QueryAsync(sound, "SELECT 1"));
            foreach (DatabaseId id in (DatabaseId[])[unreadable, blocked])
            {
                InstanceStatus status = second.Lifecycle.List().Single(each => each.Id == id);
                Assert.True(status.IsLeftAlone);
                Assert.NotEmpty(status.LastFailure!);
                Assert.Equal("DM3416", await CodeOfAsync(() => second.QueryAsync(id, "SELECT 1")));
                Assert.Equal("DM3416", await CodeOfAsync(() => second.Lifecycle.WakeAsync(id, Cancellation)));
                Assert.Equal("DM3416", await CodeOfAsync(() => second.Lifecycle.CreateAsync(id, Cancellation)));
                Assert.Equal("DM3416", await CodeOfAsync(() => second.Lifecycle.DeleteAsync(id, Cancellation)));
            }
            // It runs on: nobody knows what ending it would cost.
            Assert.NotNull(ProcessTable.Identify(pid));
            await second.Lifecycle.DisposeAsync();
        }
        await File.WriteAllTextAsync(record, kept, Cancellation);
        Directory.Delete(Path.Combine(first.PathOf(blocked, "run"), ".s.PGSQL.5432"), recursive: true);

        await using TestHost third = await first.SucceedAsync();

        Assert.All(ids, id => Assert.False(third.Lifecycle.Find(id)!.IsLeftAlone));
        Assert.Equal(pid, third.Lifecycle.Find(unreadable)!.PostmasterPid);
        foreach (DatabaseId id in ids)
        {
            Assert.Equal("1", await third.QueryAsync(id, "SELECT 1"));
        }
    }

    private static async Task<string> CodeOfAsync(Func<Task> act) => (await Assert.ThrowsAsync<DormouseException>(act)).Code;

    [Fact]
    public async Task Stopping_all_leaves_no_process_no_socket_and_no_group()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        DatabaseId frozen = await host.CreateAsync();
        await host.Lifecycle.SleepAsync(frozen, InstanceState.Frozen, Cancellation);
        int[] pids = [.. host.Lifecycle.List().Select(status => status.PostmasterPid!.Value)];

        await host.Lifecycle.StopAllAsync(Cancellation);

        Assert.All(pids, pid => Assert.Null(ProcessTable.Identify(pid)));
        Assert.All((DatabaseId[])[id, frozen], each => Assert.Empty(Directory.EnumerateFileSystemEntries(host.PathOf(each, "run"))));
        var failure = await Assert.ThrowsAsync<DormouseException>(async () => await host.Lifecycle.LeaseAsync(id, Cancellation));
        Assert.Equal("DM3412", failure.Code);
    }

    private static void Signal(int pid, int signal) => _ = Libc.Kill(pid, signal);
}

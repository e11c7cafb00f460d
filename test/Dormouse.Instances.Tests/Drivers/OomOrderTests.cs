using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Drivers;

/// <summary>Whom the kernel would end first, by what it says itself.</summary>
public sealed class OomOrderTests
{
    [Fact]
    public async Task Backends_go_before_their_postmaster_and_that_before_the_platform()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        int postmaster = host.Lifecycle.Find(id)!.PostmasterPid!.Value;
        Assert.True(OomScore.Of(postmaster) > OomScore.Of(Environment.ProcessId));
        await Eventually.TrueAsync(() => AllGoBefore(postmaster));

        // The same for a backend that comes later.
        IReadOnlyList<int> before = ProcessTable.Children(postmaster);
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, TestContext.Current.CancellationToken);
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        Assert.NotEmpty(ProcessTable.Children(postmaster).Except(before));
        await Eventually.TrueAsync(() => AllGoBefore(postmaster));
        Assert.Equal(OomScore.OfInstances, OomScore.Of(postmaster));
    }

    [Fact]
    public async Task A_later_platform_keeps_the_order_of_what_it_adopts()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        int postmaster = host.Lifecycle.Find(id)!.PostmasterPid!.Value;
        await using TestHost next = await host.SucceedAsync();
        Assert.Equal(postmaster, next.Lifecycle.Find(id)!.PostmasterPid);
        await Eventually.TrueAsync(() => AllGoBefore(postmaster));
    }

    [Fact]
    public void A_process_that_is_no_child_of_an_instance_keeps_its_score()
    {
        int own = Environment.ProcessId;
        int? before = OomScore.Of(own);
        OomScore.RaiseBackends([own], postmaster: own);
        Assert.Equal(before, OomScore.Of(own));
    }

    [Fact]
    public async Task A_backend_that_was_missed_is_found_by_its_parent()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root lowers the score of a process.");
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        int postmaster = host.Lifecycle.Find(id)!.PostmasterPid!.Value;
        int missed = ProcessTable.Children(postmaster)[0];
        await File.WriteAllTextAsync($"/proc/{missed}/oom_score_adj", "0", TestContext.Current.CancellationToken);

        Assert.True(OomScore.RaiseBackends([missed], postmaster));
        Assert.Equal(OomScore.OfBackends, OomScore.Of(missed));
    }

    private static bool AllGoBefore(int postmaster)
    {
        IReadOnlyList<int> children = ProcessTable.Children(postmaster);
        return children.Count > 0 && children.All(pid => OomScore.Of(pid) is null or OomScore.OfBackends);
    }
}

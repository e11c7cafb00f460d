using Dormouse.Contracts;
using Dormouse.Control.Edges;
using Dormouse.Control.Tests.Support;
using Dormouse.Testing;

namespace Dormouse.Control.Tests.Edges;

/// <summary>Who is waited for, and for how long, by a clock that the test moves.</summary>
public sealed class EdgeLeasesTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);
    private static readonly EdgeId Near = EdgeId.New();
    private static readonly EdgeId Far = EdgeId.New();

    private readonly ManualTimeProvider time = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_revision_is_settled_once_all_have_applied_it()
    {
        EdgeLeases leases = New(Near, Far);
        Assert.True(leases.TryGrant(Near, "n", 0));
        Assert.True(leases.TryGrant(Far, "f", 0));
        leases.Publish(1);

        Task settled = leases.SettledAsync(1, Cancelled);
        leases.Applied(Near, "n", 1);
        Assert.False(settled.IsCompleted);
        leases.Applied(Far, "f", 1);

        await settled.WaitAsync(Cancelled);
    }

    [Fact]
    public async Task Whoever_is_silent_is_waited_for_until_its_lease_has_run_out_and_no_longer()
    {
        EdgeLeases leases = New(Near);
        leases.TryGrant(Near, "n", 0);
        leases.Publish(1);

        Task settled = leases.SettledAsync(1, Cancelled);
        await Eventually.TrueAsync(() => time.PendingTimers > 0);
        time.Advance(Lease - Moment);
        Assert.False(settled.IsCompleted);
        time.Advance(2 * Moment);

        await settled.WaitAsync(Cancelled);
    }

    [Fact]
    public async Task A_lease_that_came_with_the_revision_is_not_waited_for()
    {
        EdgeLeases leases = New(Near);
        leases.TryGrant(Near, "n", 0);
        leases.Publish(1);
        Task settled = leases.SettledAsync(1, Cancelled);
        await Eventually.TrueAsync(() => time.PendingTimers > 0);

        time.Advance(Lease / 2);
        // It is told, but its answer is lost on the way, again and again.
        Assert.True(leases.TryGrant(Near, "n", 1));
        time.Advance((Lease / 2) + Moment);

        await settled.WaitAsync(Cancelled);
    }

    [Fact]
    public void There_is_no_lease_with_less_than_all_there_is_to_tell()
    {
        EdgeLeases leases = New(Near);
        leases.Publish(3);

        Assert.False(leases.TryGrant(Near, "n", 2));
        Assert.True(leases.TryGrant(Near, "n", 3));
        Assert.False(leases.TryGrant(Far, "f", 3));
        Assert.Equal((1, 0), (leases.Count(Near), leases.Count(Far)));
    }

    [Fact]
    public async Task After_a_start_the_leases_of_the_process_before_are_waited_for()
    {
        EdgeLeases leases = New(TimeSpan.Zero, Near);
        leases.Publish(1);

        Task settled = leases.SettledAsync(1, Cancelled);
        leases.TryGrant(Near, "n", 1);
        leases.Applied(Near, "n", 1);
        await Eventually.TrueAsync(() => time.PendingTimers > 0);
        Assert.False(settled.IsCompleted);
        time.Advance(Lease + Moment);

        await settled.WaitAsync(Cancelled);
    }

    [Fact]
    public async Task Two_processes_with_one_token_are_waited_for_both()
    {
        EdgeLeases leases = New(Near);
        leases.TryGrant(Near, "one", 0);
        leases.TryGrant(Near, "two", 0);
        leases.Publish(1);

        Task settled = leases.SettledAsync(1, Cancelled);
        leases.Applied(Near, "one", 1);
        Assert.False(settled.IsCompleted);
        leases.Applied(Near, "two", 1);

        await settled.WaitAsync(Cancelled);
    }

    [Fact]
    public void The_processes_of_one_token_are_bounded_and_make_room_when_their_leases_have_run_out()
    {
        EdgeLeases leases = New(Near);
        for (var i = 0; i < 8; i++)
        {
            Assert.True(leases.TryGrant(Near, $"{i}", 0));
        }

        Assert.Equal("DM2073", Assert.Throws<DormouseException>(() => leases.TryGrant(Near, "one more", 0)).Code);
        time.Advance(Lease + Moment);
        Assert.True(leases.TryGrant(Near, "one more", 0));
    }

    [Fact]
    public void An_edge_that_was_removed_counts_for_as_long_as_its_lease_runs()
    {
        EdgeLeases leases = New(Near);
        leases.TryGrant(Near, "n", 0);

        leases.Remove(Near);

        Assert.True(leases.HasEdges);
        Assert.False(leases.TryGrant(Near, "n", 0));
        time.Advance(Lease + Moment);
        Assert.False(leases.HasEdges);
    }

    [Fact]
    public async Task A_platform_without_edges_waits_for_nobody()
    {
        EdgeLeases leases = New();
        leases.Publish(1);

        await leases.SettledAsync(1, Cancelled);

        Assert.False(leases.HasEdges);
    }

    private EdgeLeases New(params EdgeId[] edges) => New(Lease + Moment, edges);

    private EdgeLeases New(TimeSpan started, params EdgeId[] edges)
    {
        var options = new ControlOptions
        {
            KeyPepper = [],
            AdminToken = ControlUnderTest.AdminToken,
            PublicOrigin = new Uri("http://localhost"),
            EdgeLease = Lease,
        };
        var leases = new EdgeLeases(options, time);
        leases.Start(0, edges);
        // Those of the process before are over, but for the test that is about them.
        time.Advance(started);
        return leases;
    }
}

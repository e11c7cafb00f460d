using Dormouse.Edge.Origin;

namespace Dormouse.Edge.Tests.Origin;

public sealed class EdgeLeaseTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    private readonly TwoClocks clocks = new();

    [Fact]
    public void It_runs_from_when_the_question_was_sent()
    {
        var lease = new EdgeLease(clocks);
        Assert.False(lease.IsHeld);

        EdgeLease.Term begun = lease.Begin();
        clocks.Advance(TimeSpan.FromSeconds(1.5));
        lease.Take(begun, Length);

        Assert.True(lease.IsHeld);
        clocks.Advance(TimeSpan.FromSeconds(0.5));
        Assert.False(lease.IsHeld);
    }

    [Theory]
    [InlineData(2.0, 0.0)]
    [InlineData(0.0, 2.0)]
    [InlineData(0.0, -2.0)]
    public void It_is_over_when_either_clock_says_so(double monotonic, double wall)
    {
        var lease = new EdgeLease(clocks);
        lease.Take(lease.Begin(), Length);

        clocks.Monotonic += TimeSpan.FromSeconds(monotonic);
        clocks.Wall += TimeSpan.FromSeconds(wall);

        Assert.False(lease.IsHeld);
    }

    /// <summary>As of a machine that was suspended, or whose clock was set.</summary>
    private sealed class TwoClocks : TimeProvider
    {
        public TimeSpan Monotonic { get; set; }

        public DateTimeOffset Wall { get; set; } = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Monotonic.Ticks;

        public override DateTimeOffset GetUtcNow() => Wall;

        public void Advance(TimeSpan by)
        {
            Monotonic += by;
            Wall += by;
        }
    }
}

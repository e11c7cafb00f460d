using Dormouse.Contracts.Management;

namespace Dormouse.Contracts.Tests;

public sealed class WorkStatusTests
{
    private static readonly double[] Bounds = [0.001, 0.01, 0.1];

    [Fact]
    public void The_bound_that_a_part_stays_within_is_the_first_that_holds_so_many()
    {
        DurationCounts durations = new(Bounds, [50, 48, 1, 1]);

        Assert.Equal(0.001, durations.Within(0.5));
        Assert.Equal(0.01, durations.Within(0.98));
        Assert.Equal(0.1, durations.Within(0.99));
        Assert.Equal(double.PositiveInfinity, durations.Within(1));
        Assert.Equal(100, durations.Total());
    }

    [Fact]
    public void Nothing_that_was_measured_has_no_bound()
    {
        Assert.Null(DurationCounts.None.Within(0.5));
        Assert.Null(new DurationCounts(Bounds, [0, 0, 0, 0]).Within(0.5));
    }

    [Fact]
    public void What_was_done_since_a_look_is_the_difference()
    {
        WorkStatus first = new(new(Bounds, [1, 2, 3, 4]), 2, DurationCounts.None, 0);
        WorkStatus second = new(new(Bounds, [2, 2, 3, 9]), 3, new(Bounds, [0, 1, 0, 0]), 1);

        WorkStatus since = second.Since(first);

        Assert.Equal([1, 0, 0, 5], since.Requests.Counts);
        Assert.Equal(1, since.RequestsFailed);
        Assert.Equal([0, 1, 0, 0], since.Wakes.Counts);
        Assert.Equal(1, since.WakesFailed);
    }
}

using Dormouse.Instances.Resources;

namespace Dormouse.Instances.Tests.Resources;

public sealed class YieldPolicyTests
{
    private readonly YieldOptions options = new();

    [Fact]
    public void Who_takes_much_yields_at_once_and_until_it_has_taken_less_than_half_of_it_for_the_whole_time()
    {
        Assert.Equal([false, true, true, true], Looks(0.49, 0.5, 1.9, 0.25));
        // A second is five looks: in the fifth after the last one that was much, it is over.
        Assert.Equal([true, true, true, true, true, false, false], Looks(0.5, 0.24, 0.24, 0.24, 0.24, 0.24, 0.49));
        Assert.Equal([true, true, true, true, true, true], Looks(0.5, 0.24, 0.24, 0.24, 0.24, 0.26));
    }

    [Fact]
    public void What_cannot_be_told_changes_nothing() =>
        Assert.Equal([false, true, true, true, true, true, true, false], Looks(null, 0.5, null, null, null, null, null, 0));

    [Fact]
    public void Who_is_kept_from_the_processors_for_it_has_some_of_each_while()
    {
        var policy = new YieldPolicy(options);
        Yielding? yielding = null;
        int among = 0;
        for (int look = 0; look < 600; look++)
        {
            // It takes all that it is given, and where it yields it is given nothing.
            yielding = policy.Look(yielding, yielding is null ? 1 : 0, look * options.LookPeriod);
            among += yielding is null ? 1 : 0;
        }
        Assert.InRange(among, 100, 200);
    }

    private bool[] Looks(params double?[] used)
    {
        var policy = new YieldPolicy(options);
        Yielding? yielding = null;
        return
        [
            .. used.Select((processors, look) => (yielding = policy.Look(yielding, processors, look * options.LookPeriod)) is not null),
        ];
    }
}

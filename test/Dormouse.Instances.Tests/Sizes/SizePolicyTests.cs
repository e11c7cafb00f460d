using Dormouse.Contracts;
using Dormouse.Instances.Sizes;

namespace Dormouse.Instances.Tests.Sizes;

public sealed class SizePolicyTests(ITestOutputHelper output)
{
    private static readonly SizeOptions Options = new();
    private static readonly ClassRange Wide = new(InstanceClass.Small, InstanceClass.Large);

    [Fact]
    public void Who_is_busy_for_its_time_moves_up_one_class_and_needs_the_time_again_for_the_next()
    {
        var run = new Run(Options, Wide);

        run.For(TimeSpan.FromSeconds(29), requests: 30);
        Assert.Equal(InstanceClass.Small, run.Size.Now);
        run.For(TimeSpan.FromSeconds(3), requests: 30);
        Assert.Equal(InstanceClass.Medium, run.Size.Now);
        run.For(TimeSpan.FromSeconds(26), requests: 30);
        Assert.Equal(InstanceClass.Medium, run.Size.Now);
        // Until it is known to fill this one too.
        run.For(TimeSpan.FromSeconds(20), requests: 30);
        Assert.Equal(InstanceClass.Large, run.Size.Now);
        run.For(TimeSpan.FromHours(1), requests: 1000);
        Assert.Equal(InstanceClass.Large, run.Size.Now);
        Assert.Equal("busy for 30 s, load 1.00 of a small one", run.Moves[0].Reason);
        Assert.Equal("busy for 30 s, load 0.99 of a medium one", run.Moves[1].Reason);
    }

    [Fact]
    public void Who_is_quiet_for_its_time_moves_down_awake_or_asleep_and_never_below_its_floor()
    {
        var run = new Run(Options, Wide) { Size = InstanceSize.Of(Wide) with { Now = InstanceClass.Large } };

        run.For(Options.ShrinkAfter + TimeSpan.FromMinutes(1), requests: 0);
        Assert.Equal(InstanceClass.Medium, run.Size.Now);
        run.For(Options.ShrinkAfter + TimeSpan.FromMinutes(1), requests: 3);
        Assert.Equal(InstanceClass.Small, run.Size.Now);
        run.For(TimeSpan.FromHours(5), requests: 0);
        Assert.Equal(2, run.Moves.Count);
    }

    [Theory]
    // Just under what is busy, and just above what is quiet in the smaller class.
    [InlineData(7, InstanceClass.Small)]
    [InlineData(7, InstanceClass.Medium)]
    [InlineData(4, InstanceClass.Medium)]
    [InlineData(15, InstanceClass.Medium)]
    [InlineData(7, InstanceClass.Large)]
    public void A_load_that_fits_moves_nobody(int requests, InstanceClass now)
    {
        var run = new Run(Options, Wide) { Size = InstanceSize.Of(Wide) with { Now = now } };

        run.For(TimeSpan.FromHours(3), requests);

        Assert.Equal(now, run.Size.Now);
    }

    [Fact]
    public void Processor_time_is_load_as_requests_are()
    {
        var run = new Run(Options, Wide);

        run.For(TimeSpan.FromSeconds(40), requests: 1, processors: 0.9);

        Assert.Equal(InstanceClass.Medium, run.Size.Now);
    }

    [Fact]
    public void A_pause_begins_the_time_anew_and_a_burst_is_no_load()
    {
        var run = new Run(Options, Wide);
        for (int i = 0; i < 100; i++)
        {
            run.For(TimeSpan.FromSeconds(20), requests: 10);
            run.For(TimeSpan.FromSeconds(20), requests: 0);
        }
        run.For(TimeSpan.FromSeconds(2), requests: 1000);
        run.For(TimeSpan.FromMinutes(5), requests: 0);

        Assert.Equal(InstanceClass.Small, run.Size.Now);
    }

    [Fact]
    public void Without_room_it_waits_and_grows_once_there_is_some()
    {
        var run = new Run(Options, Wide) { HasRoom = false };

        run.For(TimeSpan.FromMinutes(10), requests: 30);
        Assert.Equal(InstanceClass.Small, run.Size.Now);
        run.HasRoom = true;
        run.For(TimeSpan.FromSeconds(4), requests: 30);

        Assert.Equal(InstanceClass.Medium, run.Size.Now);
    }

    [Theory]
    [InlineData(InstanceClass.Small, InstanceClass.Small)]
    [InlineData(InstanceClass.Small, InstanceClass.Medium)]
    [InlineData(InstanceClass.Medium, InstanceClass.Large)]
    public void It_stays_within_its_range(InstanceClass least, InstanceClass most)
    {
        var run = new Run(Options, new ClassRange(least, most));

        run.For(TimeSpan.FromHours(1), requests: 1000);
        Assert.Equal(most, run.Size.Now);
        run.For(TimeSpan.FromHours(1), requests: 0);
        Assert.Equal(least, run.Size.Now);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_load_two_moves_are_a_whole_time_apart_and_a_steady_one_moves_one_way_only(int seed)
    {
        output.WriteLine($"seed {seed}");
        var dice = new Random(seed);
        var run = new Run(Options, Wide);
        for (int i = 0; i < 2000; i++)
        {
            int requests = dice.Next(45);
            run.For(TimeSpan.FromSeconds(dice.Next(1, 100)), requests);
            if (dice.Next(20) == 0)
            {
                // Settled, since what was before is in the mean for a while.
                run.For(TimeSpan.FromMinutes(2), requests);
                int before = run.Moves.Count;
                run.For(TimeSpan.FromHours(2), requests);
                Assert.True(run.Moves.Skip(before).Select(move => move.To > move.From).Distinct().Count() <= 1, "It moved to and fro.");
            }
        }
        foreach ((TimeSpan earlier, TimeSpan later, SizeOrder order) in run.Times.Zip(run.Times.Skip(1), run.Moves.Skip(1)))
        {
            Assert.True(
                later - earlier >= (order.To > order.From ? Options.GrowAfter : Options.ShrinkAfter),
                $"{order} after {later - earlier}."
            );
        }
        Assert.Contains(run.Moves, move => move.To > move.From);
        Assert.Contains(run.Moves, move => move.To < move.From);
    }

    [Fact]
    public void Thresholds_between_which_load_would_move_to_and_fro_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new SizeOptions { BusyLoad = 0.8, QuietLoad = 0.5 }.Check());
        Assert.Throws<ArgumentException>(() => new SizeOptions { LookPeriod = TimeSpan.Zero }.Check());
        Options.Check();
    }

    /// <summary>One instance that does what the policy asks for.</summary>
    private sealed class Run(SizeOptions options, ClassRange range)
    {
        private readonly SizePolicy policy = new(options);
        private LoadMemory? memory;
        private TimeSpan now;

        public InstanceSize Size { get; set; } = InstanceSize.Of(range);

        public bool HasRoom { get; set; } = true;

        public List<SizeOrder> Moves { get; } = [];

        public List<TimeSpan> Times { get; } = [];

        public void For(TimeSpan time, int requests, double? processors = null)
        {
            for (TimeSpan end = now + time; now < end; now += options.LookPeriod)
            {
                (memory, SizeOrder? order) = policy.Look(memory, Size, new Demand(requests, processors), now, HasRoom);
                if (order is not null)
                {
                    Assert.Equal(Size.Now, order.From);
                    Size = Size with { Now = order.To };
                    Assert.Equal(Size.Now, Size.Range.Nearest(Size.Now));
                    Moves.Add(order);
                    Times.Add(now);
                }
            }
        }
    }
}

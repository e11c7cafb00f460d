using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sleep;

namespace Dormouse.Instances.Tests.Sleep;

public sealed class SleepPolicyTests
{
    private const long Total = 1000;

    private static readonly InstancesOptions Options = new()
    {
        DataPath = "/nowhere",
        FreezeAfter = TimeSpan.FromSeconds(5),
        ReclaimAfter = TimeSpan.FromSeconds(60),
        StopAfter = TimeSpan.FromSeconds(600),
        IdleUnderPressure = TimeSpan.FromSeconds(1),
        MemoryAvailableMin = 0.1,
        MemoryStallMax = 0.1,
        MemoryBudgetBytes = 500,
        PressureStepMax = 3,
    };

    private readonly SleepPolicy policy = new(Options);

    [Theory]
    [InlineData("Running", 4.9, true, null)]
    [InlineData("Running", 5, true, "Frozen")]
    [InlineData("Running", 600, true, "Stopped")]
    [InlineData("Frozen", 59, true, null)]
    [InlineData("Frozen", 60, true, "Reclaimed")]
    [InlineData("Frozen", 60, false, null)]
    [InlineData("Frozen", 600, true, "Stopped")]
    [InlineData("Reclaiming", 70, true, null)]
    [InlineData("Reclaimed", 599, true, null)]
    [InlineData("Reclaimed", 600, true, "Stopped")]
    public void Time_alone_leads_from_running_to_stopped(string phase, double idleSeconds, bool canReclaim, string? depth) =>
        Assert.Equal(depth, Choose(MemoryPressure.None, canReclaim, (phase, idleSeconds)).SingleOrDefault().Depth);

    [Theory]
    [InlineData("Running", true, "Frozen")]
    [InlineData("Frozen", true, "Reclaimed")]
    [InlineData("Frozen", false, "Stopped")]
    [InlineData("Reclaimed", true, null)]
    public void Where_memory_is_tight_what_is_idle_for_a_moment_goes_one_step_deeper(string phase, bool canReclaim, string? depth) =>
        Assert.Equal(depth, Choose(MemoryPressure.Tight, canReclaim, (phase, 1.5)).SingleOrDefault().Depth);

    [Theory]
    [InlineData(29, true, false)]
    [InlineData(29, false, false)]
    [InlineData(30, true, true)]
    [InlineData(null, true, true)]
    public void Where_memory_is_tight_who_came_back_a_moment_ago_is_spared(int? backSeconds, bool canReclaim, bool isChosen)
    {
        TimeSpan? back = backSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        Sleeper<int>[] one = [new(0, InstancePhase.Frozen, TimeSpan.FromSeconds(4), back)];

        Assert.Equal(isChosen, policy.Choose(one, MemoryPressure.Tight, 1, canReclaim).Count == 1);
        Assert.Equal(SleepDepth.Stopped, policy.Choose(one, MemoryPressure.Short, 1, canReclaim).Single().Depth);
    }

    [Theory]
    [InlineData("Running")]
    [InlineData("Frozen")]
    [InlineData("Reclaimed")]
    public void Where_memory_is_short_it_stops(string phase) =>
        Assert.Equal("Stopped", Choose(MemoryPressure.Short, true, (phase, 1.5)).Single().Depth);

    [Theory]
    [InlineData("Running")]
    [InlineData("Frozen")]
    public void Who_was_used_within_the_last_second_is_left_alone_whatever_the_pressure(string phase) =>
        Assert.Empty(Choose(MemoryPressure.Short, true, (phase, 0.9)));

    [Fact]
    public void Under_pressure_the_least_recently_used_go_first_and_a_few_at_a_time()
    {
        (string, double)[] all = [.. Enumerable.Range(2, 20).Select(i => ("Frozen", (double)i))];

        Assert.Equal([19, 18, 17], Choose(MemoryPressure.Tight, true, all).Select(chosen => chosen.Index));
    }

    [Fact]
    public void What_is_asked_for_names_how_long_it_must_have_been_idle_still()
    {
        IReadOnlyList<SleepOrder<int>> chosen = policy.Choose(
            [
                new Sleeper<int>(0, InstancePhase.Running, TimeSpan.FromSeconds(7)),
                new Sleeper<int>(1, InstancePhase.Frozen, TimeSpan.FromSeconds(7)),
            ],
            MemoryPressure.Tight,
            Options.PressureStepMax,
            canReclaim: true
        );

        Assert.Equal([Options.FreezeAfter, Options.IdleUnderPressure], chosen.Select(each => each.IdleAtLeast));
        Assert.Equal(["idle for 5 s", "memory is tight"], chosen.Select(each => each.Reason));
    }

    [Theory]
    [InlineData("Running", 4.9, null)]
    [InlineData("Running", 5, "Stopped")]
    [InlineData("Frozen", 5, "Stopped")]
    [InlineData("Reclaimed", 5, "Stopped")]
    public void Whose_settings_wait_for_a_cold_start_stops_where_others_freeze(string phase, double idleSeconds, string? depth)
    {
        IReadOnlyList<SleepOrder<int>> chosen = policy.Choose(
            [new Sleeper<int>(0, Enum.Parse<InstancePhase>(phase), TimeSpan.FromSeconds(idleSeconds), WaitsForStart: true)],
            MemoryPressure.None,
            Options.PressureStepMax,
            canReclaim: true
        );

        Assert.Equal(depth, chosen.Select(each => each.Depth.ToString()).SingleOrDefault());
        Assert.All(chosen, each => Assert.Equal("idle for 5 s; starts next in its class", each.Reason));
    }

    [Theory]
    [InlineData(500, 0, 0L, "None")]
    [InlineData(99, 0, 0L, "Tight")]
    [InlineData(49, 0, 0L, "Short")]
    [InlineData(199, 0.11, 0L, "Tight")]
    [InlineData(199, 0.09, 0L, "None")]
    [InlineData(500, 0.9, 0L, "None")]
    [InlineData(500, 0, 501L, "Tight")]
    [InlineData(500, 0, null, "None")]
    public void Pressure_is_little_available_memory_much_waiting_or_a_budget_that_is_spent(
        long available,
        double stall,
        long? instances,
        string pressure
    ) => Assert.Equal(pressure, policy.PressureOf(new HostMemory(Total, available, 0, 0, stall), instances).ToString());

    [Theory]
    [InlineData(500, 3)]
    [InlineData(100, 3)]
    [InlineData(75, 7)]
    [InlineData(50, 12)]
    [InlineData(0, 12)]
    public void The_less_memory_there_is_the_more_go_deeper_at_once(long available, int steps) =>
        Assert.Equal(steps, policy.StepsAt(new HostMemory(Total, available, 0, 0, 0)));

    [Fact]
    public void The_kernels_words_about_memory_are_understood()
    {
        HostMemory memory = HostMemory.Parse(
            "MemTotal:       24683744 kB\nMemFree:  1 kB\nMemAvailable:   23399012 kB\nSwapTotal:       2097148 kB\nSwapFree:        1048576 kB\n",
            "some avg10=12.50 avg60=0.87 avg300=0.73 total=1234\nfull avg10=1.00 avg60=0.00 avg300=0.00 total=1\n"
        );

        Assert.Equal(new HostMemory(24683744L << 10, 23399012L << 10, 2097148L << 10, 1L << 30, 0.125), memory);
        Assert.Equal(new HostMemory(0, 0, 0, 0, 0), HostMemory.Parse("", ""));
    }

    private List<(int Index, string Depth)> Choose(
        MemoryPressure pressure,
        bool canReclaim,
        params (string Phase, double IdleSeconds)[] instances
    ) =>
        [
            .. policy
                .Choose(
                    instances.Select(
                        (each, i) => new Sleeper<int>(i, Enum.Parse<InstancePhase>(each.Phase), TimeSpan.FromSeconds(each.IdleSeconds))
                    ),
                    pressure,
                    Options.PressureStepMax,
                    canReclaim
                )
                .Select(chosen => (chosen.Instance, chosen.Depth.ToString())),
        ];
}

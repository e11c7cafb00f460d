using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;
using Dormouse.Instances.Sleep;

namespace Dormouse.Instances.Tests.Sleep;

/// <summary>
/// The policy over hours of a simulated host with hundreds of databases, of which a few are asked most of the time, by seeded dice. The host has room for
/// a part of them only. What the policy asks for happens; the controller itself is not simulated.
/// </summary>
public sealed class SleepSimulationTests(ITestOutputHelper output)
{
    private const int Databases = 600;
    private const int Seconds = 3 * 3600;
    private const long RunningBytes = 10;
    private const long ReclaimedBytes = 4;
    private const long HostBytes = 1500;

    private static readonly InstancesOptions Options = new() { DataPath = "/nowhere" };

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Memory_never_runs_out_and_nobody_is_put_to_sleep_who_was_just_used(int seed, bool hasSwap)
    {
        output.WriteLine($"seed {seed}");
        var dice = new Random(seed);
        var policy = new SleepPolicy(Options);
        var all = new Simulated[Databases];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = new Simulated();
        }
        int reclaims = 0;
        int pressed = 0;
        for (int now = 0; now < Seconds; now++)
        {
            for (int request = dice.Next(4); request > 0; request--)
            {
                // The power makes low numbers likely: a few databases are asked all the time, most hardly ever.
                Simulated asked = all[(int)(Databases * Math.Pow(dice.NextDouble(), 3))];
                asked.BackAt = asked.Phase is InstancePhase.Reclaimed or InstancePhase.Stopped ? now : asked.BackAt;
                asked.Phase = InstancePhase.Running;
                asked.UsedAt = now;
            }
            var memory = new HostMemory(HostBytes, HostBytes - all.Sum(Bytes), 0, 0, 0);
            MemoryPressure pressure = policy.PressureOf(memory, null);
            pressed += pressure == MemoryPressure.None ? 0 : 1;
            IReadOnlyList<SleepOrder<Simulated>> orders = policy.Choose(
                all.Where(each => each.Phase != InstancePhase.Stopped)
                    .Select(each => new Sleeper<Simulated>(
                        each,
                        each.Phase,
                        TimeSpan.FromSeconds(now - each.UsedAt),
                        TimeSpan.FromSeconds(now - each.BackAt)
                    )),
                pressure,
                policy.StepsAt(memory),
                hasSwap
            );

            Assert.Distinct(orders.Select(order => order.Instance));
            foreach (SleepOrder<Simulated> order in orders)
            {
                Assert.True(now - order.Instance.UsedAt >= Options.IdleUnderPressure.TotalSeconds);
                Assert.True(IsDeeper(order.Instance.Phase, order.Depth), $"{order.Instance.Phase} ▸ {order.Depth}");
                Assert.True(
                    order.Depth != SleepDepth.Reclaimed || now - order.Instance.BackAt >= Options.SpareAfterReturn.TotalSeconds,
                    "Memory goes to swap that has just come back."
                );
                Assert.True(hasSwap || order.Depth != SleepDepth.Reclaimed);
                order.Instance.Phase = PhaseOf(order.Depth);
                reclaims += order.Depth == SleepDepth.Reclaimed ? 1 : 0;
            }
            Assert.True(all.Sum(Bytes) < HostBytes, $"After {now} s nothing is left.");
        }
        output.WriteLine($"memory was tight for {pressed} s, {reclaims} reclaims");
        Assert.NotEqual(0, pressed);
        Assert.Equal(hasSwap, reclaims > 0);
    }

    [Fact]
    public void When_all_requests_end_every_database_stops_in_time()
    {
        var policy = new SleepPolicy(Options);
        Simulated[] all = [.. Enumerable.Range(0, Databases).Select(_ => new Simulated { Phase = InstancePhase.Running })];
        for (int now = 0; now <= Options.StopAfter.TotalSeconds; now++)
        {
            foreach (
                SleepOrder<Simulated> order in policy.Choose(
                    all.Where(each => each.Phase != InstancePhase.Stopped)
                        .Select(each => new Sleeper<Simulated>(each, each.Phase, TimeSpan.FromSeconds(now))),
                    MemoryPressure.None,
                    Options.PressureStepMax,
                    canReclaim: true
                )
            )
            {
                order.Instance.Phase = PhaseOf(order.Depth);
            }
        }

        Assert.All(all, each => Assert.Equal(InstancePhase.Stopped, each.Phase));
    }

    private static long Bytes(Simulated simulated) =>
        simulated.Phase switch
        {
            InstancePhase.Stopped => 0,
            InstancePhase.Reclaimed => ReclaimedBytes,
            _ => RunningBytes,
        };

    private static bool IsDeeper(InstancePhase phase, SleepDepth depth) =>
        phase switch
        {
            InstancePhase.Running => true,
            InstancePhase.Frozen => depth != SleepDepth.Frozen,
            _ => depth == SleepDepth.Stopped,
        };

    private static InstancePhase PhaseOf(SleepDepth depth) =>
        depth switch
        {
            SleepDepth.Frozen => InstancePhase.Frozen,
            SleepDepth.Reclaimed => InstancePhase.Reclaimed,
            _ => InstancePhase.Stopped,
        };

    private sealed class Simulated
    {
        public InstancePhase Phase { get; set; } = InstancePhase.Stopped;

        public int UsedAt { get; set; }

        public int BackAt { get; set; } = -3600;
    }
}

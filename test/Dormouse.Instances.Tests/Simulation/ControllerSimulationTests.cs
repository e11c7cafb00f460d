using System.Diagnostics;
using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Tests.Simulation;

public sealed class ControllerSimulationTests(ITestOutputHelper output)
{
    private const int Databases = 3000;
    private const int Platforms = 6;
    private const int Deeds = 3000;

    // Six are enough today; another order of the controller's steps may need some more.
    private const int SeedsMax = 60;

    // Each of these was asked of an instance in each phase in which others can see it.
    private static readonly string[] Wishes = ["lease", "freeze", "reclaim", "stop", "create", "delete", "resize"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_fails_at_whichever_step_all_get_an_answer_and_nothing_sleeps_in_use(int seed) => Run(seed);

    [Fact]
    public void One_seed_brings_the_same_run_each_time()
    {
        ControllerSimulation first = Run(4, deeds: 500);
        ControllerSimulation second = Run(4, deeds: 500);

        Assert.Equal(first.ToString(), second.ToString());
    }

    [Fact]
    public void Load_moves_databases_up_and_down_between_all_that_happens()
    {
        var moved = new HashSet<string>();
        for (int seed = 31; seed < 31 + SeedsMax && moved.Count < 2; seed++)
        {
            moved.UnionWith(Run(seed, databases: 40).Moved);
        }

        Assert.Equal(["busy", "quiet"], moved.Order());
    }

    [Fact]
    public void Every_wish_is_asked_in_every_phase()
    {
        var asked = new HashSet<(InstancePhase, string)>();
        string[] missing = Missing(asked);
        for (int seed = 11; seed < 11 + SeedsMax && missing.Length > 0; seed++)
        {
            // Few databases, so that much is asked of the same ones.
            asked.UnionWith(Run(seed, databases: 40).Asked);
            missing = Missing(asked);
        }

        Assert.Empty(missing);
    }

    private static string[] Missing(HashSet<(InstancePhase, string)> asked) =>
        [
            .. Enum.GetValues<InstancePhase>()
                .Where(phase => phase is not (InstancePhase.Thawing or InstancePhase.Deleting))
                .SelectMany(phase => Wishes.Where(wish => !asked.Contains((phase, wish))).Select(wish => $"{wish} while {phase}")),
        ];

    [Fact]
    [Trait("Category", "Long")]
    public void Whatever_fails_in_a_thousand_runs()
    {
        int first = Environment.TickCount & 0xFFFFFF;
        for (int seed = first; seed < first + 1000; seed++)
        {
            // With few, much is asked of the same ones at once.
            Run(seed, databases: seed % 4 == 0 ? Databases : 5 + (seed % 40));
        }
    }

    [Fact]
    public void A_client_of_a_deleted_database_does_not_keep_its_successor_awake() => Run(14_204_603, databases: 8);

    [Fact]
    public void Starts_that_could_not_be_written_down_are_taken_over_by_the_next_platform() => Run(11_531_786, databases: 31);

    private ControllerSimulation Run(int seed, int databases = Databases, int deeds = Deeds)
    {
        long began = Stopwatch.GetTimestamp();
        var simulation = new ControllerSimulation(seed, databases);
        try
        {
            simulation.Run(Platforms, deeds);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                $"Seed {seed} with {databases} databases, after {simulation}: {exception.Message}",
                exception
            );
        }
        output.WriteLine($"seed {seed}: {simulation}; {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
        return simulation;
    }
}

using System.Diagnostics;
using Dormouse.Instances.Lifecycle;
using static Dormouse.Instances.Lifecycle.InstanceEvent;
using static Dormouse.Instances.Lifecycle.InstancePhase;

namespace Dormouse.Instances.Tests.Lifecycle;

public sealed class TransitionTableTests
{
    // Written out once more, by phase, so that a change of the table is a change of two places and a decision.
    private static readonly Dictionary<InstancePhase, (InstanceEvent, InstancePhase)[]> Expected = new()
    {
        [Absent] = [(AdoptedStopped, Stopped), (AdoptedRunning, Running), (AdoptedFrozen, Frozen), (CreateAsked, Creating)],
        [Creating] = [(Created, Stopped), (CreateFailed, Absent)],
        [Stopped] =
        [
            (CreateAsked, Stopped),
            (WakeAsked, Starting),
            (FreezeAsked, Stopped),
            (ReclaimAsked, Stopped),
            (StopAsked, Stopped),
            (DeleteAsked, Deleting),
        ],
        [Starting] = [(Started, Running), (StartFailed, Stopped)],
        [Running] = [(CreateAsked, Running), (WakeAsked, Running), (FreezeAsked, Freezing), (StopAsked, Stopping), (DeathSeen, Stopped)],
        [Freezing] = [(Froze, Frozen), (FreezeFailed, Running)],
        [Frozen] =
        [
            (CreateAsked, Frozen),
            (WakeAsked, Thawing),
            (FreezeAsked, Frozen),
            (ReclaimAsked, Reclaiming),
            (StopAsked, Stopping),
            (DeathSeen, Stopped),
        ],
        [Reclaiming] =
        [
            (CreateAsked, Reclaiming),
            (WakeAsked, Thawing),
            (FreezeAsked, Reclaiming),
            (ReclaimAsked, Reclaiming),
            (ReclaimFinished, Reclaimed),
            (ReclaimFailed, Frozen),
            (StopAsked, Stopping),
            (DeathSeen, Stopped),
        ],
        [Reclaimed] =
        [
            (CreateAsked, Reclaimed),
            (WakeAsked, Thawing),
            (FreezeAsked, Reclaimed),
            (ReclaimAsked, Reclaimed),
            (StopAsked, Stopping),
            (DeathSeen, Stopped),
        ],
        [Thawing] = [(Thawed, Running), (ThawFailed, Frozen)],
        [Stopping] = [(StopFinished, Stopped), (StopFailed, Stuck)],
        [Stuck] = [(CreateAsked, Stuck), (WakeAsked, Stopping), (StopAsked, Stopping), (DeathSeen, Stopped)],
        [Deleting] = [(Deleted, Absent), (DeleteFailed, Stopped)],
    };

    public static TheoryData<string, string> AllPairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (InstancePhase phase in Enum.GetValues<InstancePhase>())
        {
            foreach (InstanceEvent happening in Enum.GetValues<InstanceEvent>())
            {
                pairs.Add(phase.ToString(), happening.ToString());
            }
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(AllPairs))]
    public void Every_pair_of_phase_and_event_moves_as_written_or_is_refused(string phaseName, string eventName)
    {
        var phase = Enum.Parse<InstancePhase>(phaseName);
        var happening = Enum.Parse<InstanceEvent>(eventName);
        InstancePhase? expected = Expected[phase]
            .Where(move => move.Item1 == happening)
            .Select(move => (InstancePhase?)move.Item2)
            .SingleOrDefault();

        Assert.Equal(expected is not null, TransitionTable.Allows(phase, happening));
        if (expected is { } next)
        {
            Assert.Equal(next, TransitionTable.Next(phase, happening));
        }
        else
        {
            Assert.Throws<UnreachableException>(() => TransitionTable.Next(phase, happening));
        }
    }

    [Fact]
    public void From_every_phase_a_resting_phase_can_be_reached()
    {
        InstancePhase[] resting = [Absent, Stopped, Running, Frozen, Reclaimed];
        foreach (InstancePhase start in Enum.GetValues<InstancePhase>())
        {
            var seen = new HashSet<InstancePhase> { start };
            var open = new Queue<InstancePhase>(seen);
            while (open.TryDequeue(out InstancePhase phase))
            {
                foreach (
                    InstanceEvent happening in Enum.GetValues<InstanceEvent>().Where(happening => TransitionTable.Allows(phase, happening))
                )
                {
                    if (seen.Add(TransitionTable.Next(phase, happening)))
                    {
                        open.Enqueue(TransitionTable.Next(phase, happening));
                    }
                }
            }
            Assert.Contains(seen, phase => resting.Contains(phase));
        }
    }
}

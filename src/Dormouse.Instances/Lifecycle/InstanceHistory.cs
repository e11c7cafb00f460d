using Dormouse.Contracts;

namespace Dormouse.Instances.Lifecycle;

/// <summary>The last states and classes of one instance, with their reasons. Written by its one writer, read by any thread.</summary>
internal sealed class InstanceHistory
{
    public const string Asked = "asked for";
    public const string PlatformStops = "the platform stops";

    // An hour of a database that comes and goes, in some 500 bytes.
    private const int EntriesMax = 16;

    private volatile InstanceChange[] entries = [];

    /// <summary>Why an instance came to where an event led; null where that is the reason for which it was asked to sleep.</summary>
    public static string? ReasonOf(InstanceEvent happening) =>
        happening switch
        {
            InstanceEvent.Created => "created",
            InstanceEvent.Started or InstanceEvent.Thawed => "woken",
            InstanceEvent.DeathSeen => "PostgreSQL ended by itself",
            InstanceEvent.AdoptedRunning or InstanceEvent.AdoptedFrozen or InstanceEvent.AdoptedStopped =>
                "found when the platform started",
            InstanceEvent.StartFailed or InstanceEvent.ThawFailed => "did not wake",
            InstanceEvent.FreezeFailed or InstanceEvent.ReclaimFailed => "the kernel refused",
            _ => null,
        };

    public IReadOnlyList<InstanceChange> Entries => entries;

    /// <summary>False if it is in that state already.</summary>
    public bool Add(DateTimeOffset at, InstanceState state, string reason)
    {
        InstanceChange[] all = entries;
        if (all.Length > 0 && all[^1].State == state)
        {
            return false;
        }
        Add(new InstanceChange(at, state, reason));
        return true;
    }

    /// <summary>Into another class, in the state in which it is.</summary>
    public void Add(DateTimeOffset at, InstanceState state, InstanceClass entered, string reason) =>
        Add(new InstanceChange(at, state, reason) { Class = entered });

    private void Add(InstanceChange change) => entries = [.. entries.Skip(Math.Max(0, entries.Length - EntriesMax + 1)), change];
}

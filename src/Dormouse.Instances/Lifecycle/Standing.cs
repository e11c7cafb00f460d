using Dormouse.Contracts;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// Where one instance stands: its phase, its record and how it came there. Written by the instance's one writer, read by any thread. Every move goes by
/// <see cref="TransitionTable"/>.
/// </summary>
internal sealed partial class Standing(DatabaseId id, IInstanceDriver driver, TimeProvider time, ILogger logger)
{
    private readonly InstanceHistory history = new();
    private volatile View view = new(InstancePhase.Absent, time.GetUtcNow(), null, null);
    private long leftAt;
    private string startNote = "";
    private InstanceRecord? ranOn;

    public InstancePhase Phase => view.Phase;

    /// <summary>As the outside may see it: in the middle of a creation there is none yet.</summary>
    public InstanceRecord? Record => view.Record;

    /// <summary>The writer's own. What is put here is seen by others with the next move or writing.</summary>
    public InstanceRecord? Draft { get; set; }

    /// <summary>Why it is being put to sleep, for the history.</summary>
    public string SleepReason { private get; set; } = InstanceHistory.Asked;

    public bool IsThere => view.Phase is not (InstancePhase.Absent or InstancePhase.Creating or InstancePhase.Deleting);

    public bool HasProcesses =>
        view.Phase is InstancePhase.Running or InstancePhase.Frozen or InstancePhase.Reclaiming or InstancePhase.Reclaimed;

    public InstanceStatus? StatusWith(int leases)
    {
        View seen = view;
        return seen.Record is not { } record || !IsThere
            ? null
            : new InstanceStatus(
                id,
                StateOf(seen.Phase),
                seen.Since,
                leases,
                record.PostmasterPid,
                record.ImageDigest,
                record.Generation,
                seen.LastFailure
            )
            {
                Size = record.SizeNow,
                History = history.Entries,
                PostgresVersion = record.PostgresVersion,
                PreviousVersion = record.PreviousImage is null ? null : record.PreviousVersion ?? "unknown",
            };
    }

    /// <summary>Before it is moved to running: on which image, if that is another than before.</summary>
    public void NoteImage(InstanceRecord next)
    {
        InstanceRecord before = ranOn ?? Draft!;
        ranOn = next;
        if (before.ImageDigest != next.ImageDigest)
        {
            startNote =
                $", now on PostgreSQL {next.PostgresVersion} (image {Short(next)}) instead of {before.PostgresVersion} (image {Short(before)})";
            Log.OnAnotherImage(logger, id, next.PostgresVersion, next.ImageDigest, before.PostgresVersion, before.ImageDigest);
        }
    }

    public void NoteFailure(string message) => view = view with { LastFailure = message };

    public InstancePhase Next(InstanceEvent happening) => TransitionTable.Next(view.Phase, happening);

    /// <param name="happening">What happened.</param>
    /// <param name="run">The processes, where there are some now.</param>
    public void Move(InstanceEvent happening, IInstanceRun? run)
    {
        InstancePhase next = Next(happening);
        // From nothing too: that is where a creation begins.
        if (IsAtRest(view.Phase) || view.Phase == InstancePhase.Absent)
        {
            leftAt = time.GetTimestamp();
        }
        bool succeeded = happening is InstanceEvent.Started or InstanceEvent.Thawed;
        InstanceRecord? seen = Draft is null ? null : Draft with { PostmasterPid = run?.Postmaster.Pid };
        view = new View(next, time.GetUtcNow(), seen, succeeded ? null : view.LastFailure);
        string reason = InstanceHistory.ReasonOf(happening) ?? SleepReason;
        if (happening == InstanceEvent.Started)
        {
            reason += startNote;
            startNote = "";
        }
        if (IsAtRest(next) && history.Add(view.Since, StateOf(next), reason))
        {
            double took = time.GetElapsedTime(leftAt).TotalMilliseconds;
            Log.Moved(logger, id, StateOf(next), reason, took, seen?.Generation, seen?.PostmasterPid);
        }
    }

    /// <summary>It came into another class.</summary>
    public void NoteClass(InstanceClass before, InstanceSize after, string reason)
    {
        history.Add(time.GetUtcNow(), StateOf(view.Phase), after.Now, reason);
        Log.Resized(logger, id, after.Now, reason, before, after.Started, after.Least, after.Most);
    }

    /// <summary>Writes the record with a state and the processes that stand for it.</summary>
    public void Write(InstanceState state, IInstanceRun? run, bool mustBeWritten = false)
    {
        InstanceRecord written = Draft! with
        {
            State = state,
            PostmasterPid = run?.Postmaster.Pid,
            PostmasterStartTicks = run?.Postmaster.StartTicks,
        };
        Draft = written;
        view = view with { Record = written };
        try
        {
            driver.WriteRecord(id, written);
        }
        catch (Exception exception) when (!mustBeWritten && (exception is IOException or UnauthorizedAccessException))
        {
            // A full disk: the next platform finds the processes without it, and what it lacks is written at the next change.
            Log.NotRecorded(logger, id, exception);
        }
    }

    private static string Short(InstanceRecord record) => record.ImageDigest[..Math.Min(12, record.ImageDigest.Length)];

    private static bool IsAtRest(InstancePhase phase) =>
        phase is InstancePhase.Running or InstancePhase.Frozen or InstancePhase.Reclaimed or InstancePhase.Stopped;

    /// <summary>What the outside may know in between: a phase on its way to somewhere counts as where it came from.</summary>
    private static InstanceState StateOf(InstancePhase phase) =>
        phase switch
        {
            InstancePhase.Running or InstancePhase.Freezing or InstancePhase.Stopping or InstancePhase.Stuck => InstanceState.Running,
            InstancePhase.Frozen or InstancePhase.Reclaiming or InstancePhase.Thawing => InstanceState.Frozen,
            InstancePhase.Reclaimed => InstanceState.Reclaimed,
            _ => InstanceState.Stopped,
        };

    /// <summary>One consistent picture for readers, replaced whole.</summary>
    private sealed record View(InstancePhase Phase, DateTimeOffset Since, InstanceRecord? Record, string? LastFailure);

    private static partial class Log
    {
        // The one line that each change of state leaves.
        [LoggerMessage(3400, LogLevel.Information, "{Id} {State}: {Reason}; {Milliseconds:0.0} ms, generation {Generation}, process {Pid}")]
        public static partial void Moved(
            ILogger logger,
            DatabaseId id,
            InstanceState state,
            string reason,
            double milliseconds,
            long? generation,
            int? pid
        );

        [LoggerMessage(
            3417,
            LogLevel.Information,
            "{Id} runs on PostgreSQL {Version} from now on (image {Digest}); before on {VersionBefore} (image {DigestBefore})"
        )]
        public static partial void OnAnotherImage(
            ILogger logger,
            DatabaseId id,
            string? version,
            string digest,
            string? versionBefore,
            string digestBefore
        );

        // The one line that each change of class leaves.
        [LoggerMessage(
            3419,
            LogLevel.Information,
            "{Id} is {Now}: {Reason}; was {Before}, PostgreSQL was started as {Started}, may be {Least} to {Most}"
        )]
        public static partial void Resized(
            ILogger logger,
            DatabaseId id,
            InstanceClass now,
            string reason,
            InstanceClass before,
            InstanceClass started,
            InstanceClass least,
            InstanceClass most
        );

        [LoggerMessage(3409, LogLevel.Error, "The record of {Id} could not be written")]
        public static partial void NotRecorded(ILogger logger, DatabaseId id, Exception exception);
    }
}

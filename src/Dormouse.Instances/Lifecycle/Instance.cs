using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Process;
using Dormouse.Instances.Resources;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// One instance, owned by one writer: the mailbox. Every wish and every piece of news is a command in it; commands run one after another and
/// are the only code that changes the phase, the processes and the record. Any thread may lease, ask and read the status. The mailbox holds
/// no thread and no timer while it is empty, so thousands of instances cost memory only. Leasing a running instance does not touch it.
/// </summary>
internal sealed partial class Instance(
    DatabaseId id,
    InstanceStarter starter,
    InstancesOptions options,
    Func<int?> takeUid,
    TimeProvider time,
    ILogger logger
)
{
    private readonly Mailbox mailbox = new();
    private readonly WakeQueue waiting = new(id, options, time);
    private readonly Reclaim reclaim = new(starter);
    private readonly InstanceHistory history = new();

    // Read by any thread, written by the mailbox's commands.
    private volatile Generation? generation;
    private volatile View view = new(InstancePhase.Absent, time.GetUtcNow(), null, null);

    // The commands' own.
    private readonly InstanceFolder folder = starter.FolderOf(id);
    private InstanceRecord? record;
    private InstanceProcess? process;
    private ResourceGroup? group;
    private string sleepReason = InstanceHistory.Asked;
    private long leftAt;

    public DatabaseId Id { get; } = id;

    public InstancePhase Phase => view.Phase;

    /// <summary>Nothing is asked of it and nothing is under way.</summary>
    public bool IsIdle => mailbox.IsIdle;

    public bool IsThere => view.Phase is not (InstancePhase.Absent or InstancePhase.Creating or InstancePhase.Deleting);

    /// <summary>How long nobody has used it; null unless it has processes that may sleep deeper.</summary>
    public TimeSpan? IdleFor => HasProcesses(view.Phase) ? generation?.IdleFor : null;

    public string LogPath => folder.LogPath;

    public int? Uid => view.Record?.Uid;

    public InstanceStatus? Status
    {
        get
        {
            View seen = view;
            return seen.Record is null || !IsThere
                ? null
                : new InstanceStatus(
                    Id,
                    StateOf(seen.Phase),
                    seen.Since,
                    generation?.Leases ?? 0,
                    seen.Record.PostmasterPid,
                    seen.Record.ImageDigest,
                    seen.Record.Generation,
                    seen.LastFailure
                )
                {
                    History = history.Entries,
                };
        }
    }

    public ValueTask<IInstanceLease> LeaseAsync(CancellationToken cancellationToken)
    {
        if (generation?.TryEnter() is { } lease)
        {
            return new ValueTask<IInstanceLease>(lease);
        }
        return waiting.EnterAsync(() => generation?.TryEnter(), () => mailbox.RunAsync(WakeStepAsync), cancellationToken);
    }

    public InstanceRecord? Record => view.Record;

    /// <summary>From the template; with a seed from that, and then it also starts.</summary>
    public Task CreateAsync(InstanceSeed? seed, CancellationToken cancellationToken) =>
        mailbox.RunAsync(() => CreateStepAsync(seed, cancellationToken));

    /// <summary>Takes in what was filled as <c>data.restoring</c>; whoever uses it loses the session. Undone if no server starts on it.</summary>
    public Task ReplaceDataAsync(InstanceSeed seed) => mailbox.RunAsync(() => ReplaceDataStepAsync(seed));

    public Task FreezeAsync(TimeSpan idleAtLeast, string reason = InstanceHistory.Asked) =>
        mailbox.RunAsync(() => FreezeStepAsync(idleAtLeast, reason));

    /// <summary>Freezes it if need be and moves its memory to swap. Returns when that is done, or when somebody woke it meanwhile.</summary>
    public async Task ReclaimAsync(TimeSpan idleAtLeast, string reason = InstanceHistory.Asked)
    {
        Task left = Task.CompletedTask;
        await mailbox.RunAsync(async () => left = await ReclaimStepAsync(idleAtLeast, reason));
        await left;
    }

    public Task StopAsync(TimeSpan idleAtLeast, string reason = InstanceHistory.Asked) =>
        mailbox.RunAsync(() => StopStepAsync(idleAtLeast, force: false, reason));

    /// <summary>Stops it whoever uses it.</summary>
    public Task ShutDownAsync() => mailbox.RunAsync(() => StopStepAsync(TimeSpan.Zero, force: true, "the platform stops"));

    public async Task WakeAsync(CancellationToken cancellationToken) => (await LeaseAsync(cancellationToken)).Dispose();

    public Task DeleteAsync() => mailbox.RunAsync(DeleteStepAsync);

    /// <summary>Takes over what the folder and the kernel say, at the start of the platform.</summary>
    public Task AdoptAsync(InstanceRecord found, AdoptedProcess? alive) =>
        mailbox.RunAsync(() =>
        {
            Adopt(found, alive);
            return Task.CompletedTask;
        });

    /// <summary>Returns when all that was asked so far is done, and refuses what is asked from now on. Processes stay as they are.</summary>
    public async Task LetGoAsync()
    {
        await mailbox.CloseAsync();
        await reclaim.AbandonAsync();
        waiting.FailAll(WakeFailures.ShuttingDown);
        process?.Dispose();
    }

    private async Task CreateStepAsync(InstanceSeed? seed, CancellationToken cancellationToken)
    {
        if (TransitionTable.Next(view.Phase, InstanceEvent.CreateAsked) != InstancePhase.Creating)
        {
            return;
        }
        Move(InstanceEvent.CreateAsked);
        try
        {
            record = await starter.CreateAsync(Id, takeUid, seed, cancellationToken);
            Move(InstanceEvent.Created);
        }
        catch (Exception exception)
        {
            Move(InstanceEvent.CreateFailed);
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw WakeFailures.CreateFailed(Id, exception);
            }
            throw;
        }
        if (seed is not null)
        {
            // Here and not by a wake: the first start replays what was written during the copy, for which nobody's request should wait.
            await StartAsync();
            RecordState(InstanceState.Running);
            waiting.Admit(generation!);
        }
    }

    private async Task ReplaceDataStepAsync(InstanceSeed seed)
    {
        await NoticeDeathAsync();
        ThrowIfAbsent();
        if (view.Phase != InstancePhase.Stopped)
        {
            await EndProcessesAsync(InstanceEvent.StopAsked);
        }
        InstanceRecord before = record!;
        starter.KeepOrigin(Id, seed.Secrets);
        record = before with { SecretsSet = false, ImageDigest = seed.Image.Digest, Timeline = before.Timeline + 1 };
        record.Write(folder.RecordPath);
        try
        {
            DataSwap.SwapIn(folder);
            await StartAsync();
            // On disk before anybody is let in: until it says so, a crash brings the old data back.
            RecordState(InstanceState.Running, mustBeWritten: true);
        }
        catch
        {
            await UndoReplaceAsync(before);
            throw;
        }
        DataSwap.Finish(folder);
        waiting.Admit(generation!);
    }

    private async Task UndoReplaceAsync(InstanceRecord before)
    {
        if (view.Phase == InstancePhase.Running)
        {
            await EndProcessesAsync(InstanceEvent.StopAsked);
        }
        DataSwap.Undo(folder);
        record = before with { Generation = record!.Generation };
        RecordState(InstanceState.Stopped);
    }

    /// <summary>The one flight that all waiters share. Its failures go to them, not to whoever runs the mailbox.</summary>
    private async Task WakeStepAsync()
    {
        try
        {
            await NoticeDeathAsync();
            if (!IsThere)
            {
                waiting.FailAll(WakeFailures.NoSuchInstance);
                return;
            }
            if (view.Phase == InstancePhase.Stuck)
            {
                await EndProcessesAsync(InstanceEvent.WakeAsked);
            }
            switch (view.Phase)
            {
                case InstancePhase.Stopped:
                    await StartAsync();
                    break;
                case InstancePhase.Frozen or InstancePhase.Reclaiming or InstancePhase.Reclaimed:
                    Thaw();
                    break;
            }
            waiting.Admit(generation!);
            if (record!.PostmasterPid != process?.Postmaster.Pid)
            {
                // After the waiters were let in: the record costs a disk sync, and the processes can be found without it.
                RecordState(InstanceState.Running);
            }
        }
        catch (DormouseException exception)
        {
            view = view with { LastFailure = exception.Message };
            Log.WakeFailed(logger, Id, exception.Message, exception);
            waiting.FailAll(_ => new DormouseException(exception.Kind, exception.Code, exception.Message, exception));
        }
        catch (Exception exception)
        {
            DormouseException failure = WakeFailures.StartFailed(Id, "an unexpected fault.", exception);
            view = view with { LastFailure = failure.Message };
            Log.WakeFailed(logger, Id, exception.Message, exception);
            waiting.FailAll(_ => failure);
        }
    }

    private async Task StartAsync()
    {
        Move(InstanceEvent.WakeAsked);
        try
        {
            StartedInstance started = await starter.StartAsync(Id, record!, CancellationToken.None);
            group = started.Group;
            long number = record!.Generation + 1;
            record = record with { Generation = number, SecretsSet = true };
            Hold(started.Process, starter.NewGeneration(Id, number, started.Secrets));
            Move(InstanceEvent.Started);
        }
        catch
        {
            Move(InstanceEvent.StartFailed);
            throw;
        }
    }

    private void Thaw()
    {
        Move(InstanceEvent.WakeAsked);
        try
        {
            group!.Thaw();
        }
        catch
        {
            Move(InstanceEvent.ThawFailed);
            throw;
        }
        Move(InstanceEvent.Thawed);
    }

    private async Task FreezeStepAsync(TimeSpan idleAtLeast, string reason)
    {
        await NoticeDeathAsync();
        ThrowIfAbsent();
        if (TransitionTable.Next(view.Phase, InstanceEvent.FreezeAsked) != InstancePhase.Freezing)
        {
            return;
        }
        CloseOrThrow(idleAtLeast);
        sleepReason = reason;
        Move(InstanceEvent.FreezeAsked);
        try
        {
            await TellOfFreezeAsync();
            await group!.FreezeAsync(CancellationToken.None);
            BoundedLog.Trim(folder.LogPath);
            Move(InstanceEvent.Froze);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Move(InstanceEvent.FreezeFailed);
            generation!.OpenAndEnter().Dispose();
            Log.FreezeFailed(logger, Id, exception);
            throw WakeFailures.CannotFreeze(Id, exception);
        }
    }

    /// <summary>Begins it and returns what ends with it. It goes on beside the mailbox, so that a wake need not wait for it.</summary>
    private async Task<Task> ReclaimStepAsync(TimeSpan idleAtLeast, string reason)
    {
        await FreezeStepAsync(idleAtLeast, reason);
        if (view.Phase is InstancePhase.Reclaiming or InstancePhase.Reclaimed or InstancePhase.Stopped)
        {
            return reclaim.Running;
        }
        sleepReason = reason;
        Move(InstanceEvent.ReclaimAsked);
        return reclaim.Begin(group!, () => view.Phase == InstancePhase.Reclaiming, EndReclaimAsync);
    }

    private async Task EndReclaimAsync(Func<bool> isWanted, long bytes, Exception? failure)
    {
        try
        {
            await mailbox.RunAsync(() =>
            {
                // Otherwise it was woken, stopped or has died: then there is nothing to note.
                if (isWanted())
                {
                    Move(failure is null ? InstanceEvent.ReclaimFinished : InstanceEvent.ReclaimFailed);
                    LogReclaimed(bytes, failure);
                }
                return Task.CompletedTask;
            });
        }
        catch (InvalidOperationException)
        {
            // The platform ends; the next one finds it frozen.
        }
    }

    private void LogReclaimed(long bytes, Exception? failure)
    {
        if (failure is null)
        {
            Log.Reclaimed(logger, Id, bytes);
        }
        else
        {
            Log.NotReclaimed(logger, Id, failure);
        }
    }

    private async Task TellOfFreezeAsync()
    {
        try
        {
            await generation!.Endpoint.Freezing.TellAsync();
        }
        catch (Exception exception)
        {
            // What could not be let go of costs memory and nothing else.
            Log.NotPrepared(logger, Id, exception);
        }
    }

    private async Task StopStepAsync(TimeSpan idleAtLeast, bool force, string reason)
    {
        await NoticeDeathAsync();
        ThrowIfAbsent();
        if (TransitionTable.Next(view.Phase, InstanceEvent.StopAsked) != InstancePhase.Stopping)
        {
            return;
        }
        if (!force)
        {
            CloseOrThrow(idleAtLeast);
        }
        sleepReason = reason;
        await EndProcessesAsync(InstanceEvent.StopAsked);
    }

    private async Task EndProcessesAsync(InstanceEvent reason)
    {
        Move(reason);
        generation?.End();
        generation = null;
        if (process is not null && !await starter.StopAsync(folder, process, group!))
        {
            Move(InstanceEvent.StopFailed);
            throw WakeFailures.CannotStop(Id);
        }
        LetGoOfProcess();
        Move(InstanceEvent.StopFinished);
    }

    private async Task DeleteStepAsync()
    {
        await NoticeDeathAsync();
        if (HasProcesses(view.Phase) || view.Phase == InstancePhase.Stuck)
        {
            await EndProcessesAsync(InstanceEvent.StopAsked);
        }
        Move(InstanceEvent.DeleteAsked);
        try
        {
            starter.Delete(Id);
            record = null;
            Move(InstanceEvent.Deleted);
            waiting.FailAll(WakeFailures.Deleted);
            Log.Deleted(logger, Id);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Move(InstanceEvent.DeleteFailed);
            throw;
        }
    }

    private void Adopt(InstanceRecord found, AdoptedProcess? alive)
    {
        record = found;
        if (alive is null)
        {
            Move(InstanceEvent.AdoptedStopped);
            if (found.State != InstanceState.Stopped)
            {
                RecordState(InstanceState.Stopped);
            }
            return;
        }
        group = alive.Group;
        // Another process than the record names was started by a platform that was killed before it could write.
        bool isRecorded =
            found.PostmasterPid == alive.Process.Postmaster.Pid && found.PostmasterStartTicks == alive.Process.Postmaster.StartTicks;
        record = isRecorded ? found : found with { Generation = found.Generation + 1 };
        Generation adopted = starter.NewGeneration(Id, record.Generation, starter.OpenSecrets(Id));
        Hold(alive.Process, adopted);
        if (!alive.IsFrozen)
        {
            adopted.OpenAndEnter().Dispose();
        }
        Move(alive.IsFrozen ? InstanceEvent.AdoptedFrozen : InstanceEvent.AdoptedRunning);
        RecordState(alive.IsFrozen ? InstanceState.Frozen : InstanceState.Running);
    }

    private void Hold(InstanceProcess held, Generation run)
    {
        process = held;
        generation = run;
        held.Died.ContinueWith(
            _ => mailbox.RunAsync(NoticeDeathAsync),
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default
        );
    }

    /// <summary>Each command begins with it, so that none acts on processes that are gone while the news is still queued.</summary>
    private async Task NoticeDeathAsync()
    {
        if (process is not { Died.IsCompleted: true } || !TransitionTable.Allows(view.Phase, InstanceEvent.DeathSeen))
        {
            return;
        }
        generation?.End();
        generation = null;
        await starter.SweepAsync(folder, process, group!);
        LetGoOfProcess();
        view = view with { LastFailure = "PostgreSQL ended by itself; the next request starts it again." };
        Move(InstanceEvent.DeathSeen);
    }

    private void LetGoOfProcess()
    {
        process?.Dispose();
        process = null;
        group = null;
        RecordState(InstanceState.Stopped);
    }

    private void CloseOrThrow(TimeSpan idleAtLeast)
    {
        if (generation is { } current && (current.IdleFor < idleAtLeast || !current.TryClose()))
        {
            throw WakeFailures.InUse(Id, current.Leases);
        }
    }

    private void ThrowIfAbsent()
    {
        if (!IsThere)
        {
            throw WakeFailures.NoSuchInstance(Id);
        }
    }

    private void RecordState(InstanceState state, bool mustBeWritten = false)
    {
        record = record! with
        {
            State = state,
            PostmasterPid = process?.Postmaster.Pid,
            PostmasterStartTicks = process?.Postmaster.StartTicks,
        };
        view = view with { Record = record };
        try
        {
            record.Write(folder.RecordPath);
        }
        catch (Exception exception) when (!mustBeWritten && (exception is IOException or UnauthorizedAccessException))
        {
            // A full disk: the next platform finds the processes without it, and what it lacks is written at the next change.
            Log.NotRecorded(logger, Id, exception);
        }
    }

    private void Move(InstanceEvent happening)
    {
        InstancePhase next = TransitionTable.Next(view.Phase, happening);
        if (IsAtRest(view.Phase))
        {
            leftAt = time.GetTimestamp();
        }
        bool succeeded = happening is InstanceEvent.Started or InstanceEvent.Thawed;
        InstanceRecord? seen = record is null ? null : record with { PostmasterPid = process?.Postmaster.Pid };
        view = new View(next, time.GetUtcNow(), seen, succeeded ? null : view.LastFailure);
        string reason = InstanceHistory.ReasonOf(happening) ?? sleepReason;
        if (IsAtRest(next) && history.Add(view.Since, StateOf(next), reason))
        {
            double took = time.GetElapsedTime(leftAt).TotalMilliseconds;
            Log.Moved(logger, Id, StateOf(next), reason, took, seen?.Generation, seen?.PostmasterPid);
        }
    }

    private static bool IsAtRest(InstancePhase phase) =>
        phase is InstancePhase.Running or InstancePhase.Frozen or InstancePhase.Reclaimed or InstancePhase.Stopped;

    private static bool HasProcesses(InstancePhase phase) =>
        phase is InstancePhase.Running or InstancePhase.Frozen or InstancePhase.Reclaiming or InstancePhase.Reclaimed;

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

        [LoggerMessage(3404, LogLevel.Information, "{Id} deleted")]
        public static partial void Deleted(ILogger logger, DatabaseId id);

        [LoggerMessage(3406, LogLevel.Warning, "{Id} did not wake: {Reason}")]
        public static partial void WakeFailed(ILogger logger, DatabaseId id, string reason, Exception exception);

        [LoggerMessage(3407, LogLevel.Warning, "{Id} did not freeze")]
        public static partial void FreezeFailed(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3409, LogLevel.Error, "The record of {Id} could not be written")]
        public static partial void NotRecorded(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3410, LogLevel.Warning, "{Id} freezes with what its users could not let go of")]
        public static partial void NotPrepared(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3411, LogLevel.Information, "{Id} gave {Bytes} bytes of memory to swap")]
        public static partial void Reclaimed(ILogger logger, DatabaseId id, long bytes);

        [LoggerMessage(3412, LogLevel.Warning, "{Id} keeps its memory although it is frozen")]
        public static partial void NotReclaimed(ILogger logger, DatabaseId id, Exception exception);

        // Next free id: 3413. IdleWatcher has 3420 to 3429, InstanceLifecycle and adoption 3430 to 3449.
    }
}

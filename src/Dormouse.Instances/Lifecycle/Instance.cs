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
/// <param name="id">Its id.</param>
/// <param name="around">The host and the bounds.</param>
/// <param name="running">Where it is noted while it runs.</param>
/// <param name="takeUid">The number of a user of its own; null where instances have none.</param>
/// <param name="logger">Of its moves and faults.</param>
internal sealed partial class Instance(DatabaseId id, Surroundings around, RunningInstances running, Func<int?> takeUid, ILogger logger)
{
    private readonly IInstanceDriver driver = around.Driver;
    private readonly Mailbox mailbox = new(around.Scheduler);
    private readonly WakeQueue waiting = new(id, around.Options, around.Time);
    private readonly Reclaim reclaim = new(around.Turns.Reclaims, around.Scheduler);
    private readonly Standing standing = new(id, around.Driver, around.Time, logger);

    private readonly CurrentRun current = new(id, around, logger);

    // Written by any thread, once.
    private volatile bool isEnding;

    // The commands' own.
    // The record of the data that must be back in its place before anything starts: set while a replacement is being undone.
    private InstanceRecord? undoTo;

    public DatabaseId Id { get; } = id;

    public InstancePhase Phase => standing.Phase;

    public bool IsThere => standing.IsThere;

    /// <summary>How long nobody has used it; null unless it has processes that may sleep deeper.</summary>
    public TimeSpan? IdleFor => standing.HasProcesses ? current.Generation?.IdleFor : null;

    /// <summary>How long ago it came back from swap or from a stop; null: not since the platform started.</summary>
    public TimeSpan? BackFor => current.BackFor;

    public InstanceStatus? Status => standing.StatusWith(current.Generation?.Leases ?? 0);

    public InstanceRecord? Record => standing.Record;

    /// <summary>Processor time that its processes have taken, and which ones these are; null unless it runs.</summary>
    public (int Pid, TimeSpan Time)? ReadProcessorTime() =>
        Phase == InstancePhase.Running && current.Processes is { } run && run.ReadProcessorTime() is { } taken
            ? (run.Postmaster.Pid, taken)
            : null;

    /// <summary>Goes out of all other instances' way as far as that. Nothing happens if it has no processes.</summary>
    /// <exception cref="IOException">They are ending.</exception>
    public void Yield(YieldLevel level) => current.Processes?.Yield(level);

    /// <summary>Null while there is none.</summary>
    public InstanceSize? Size => IsThere ? standing.Record?.SizeNow : null;

    public int Leases => current.Generation?.Leases ?? 0;

    /// <summary>For what the platform does by itself; null unless it runs. Whoever holds only this does not use it.</summary>
    public IInstanceLease? TryLeaseQuietly() => current.Generation?.TryEnter(isUse: false);

    public ValueTask<IInstanceLease> LeaseAsync(CancellationToken cancellationToken)
    {
        if (current.Generation?.TryEnter() is { } lease)
        {
            return new ValueTask<IInstanceLease>(lease);
        }
        return waiting.EnterAsync(() => current.Generation?.TryEnter(), AskForWake, cancellationToken);
    }

    /// <summary>From the template; with a seed from that, and then it also starts.</summary>
    public Task CreateAsync(InstanceSeed? seed, ClassRange? range, CancellationToken cancellationToken) =>
        Ask(() => CreateStepAsync(seed, range, cancellationToken));

    /// <summary>Takes in what was filled as <c>data.restoring</c>; whoever uses it loses the session. Undone if no server starts on it.</summary>
    public Task ReplaceDataAsync(InstanceSeed seed) => Ask(() => ReplaceDataStepAsync(seed));

    /// <summary>Another size. Nothing happens if it is that already.</summary>
    /// <param name="change">From the size that it has when its turn comes.</param>
    /// <param name="reason">For whoever reads its history.</param>
    public Task ResizeAsync(Func<InstanceSize, InstanceSize> change, string reason = InstanceHistory.Asked) =>
        Ask(() => ResizeStepAsync(change, reason));

    public Task FreezeAsync(TimeSpan idleAtLeast, string reason = InstanceHistory.Asked) =>
        Ask(() => FreezeStepAsync(idleAtLeast, reason), CommandKind.Sleep);

    /// <summary>Freezes it if need be and moves its memory to swap. Returns when that is done, or when somebody woke it meanwhile.</summary>
    public async Task ReclaimAsync(TimeSpan idleAtLeast, string reason = InstanceHistory.Asked)
    {
        Task left = Task.CompletedTask;
        await Ask(async () => left = await ReclaimStepAsync(idleAtLeast, reason), CommandKind.Sleep);
        await left;
    }

    public Task StopAsync(TimeSpan idleAtLeast, string reason = InstanceHistory.Asked) =>
        Ask(() => StopStepAsync(idleAtLeast, reason), CommandKind.Sleep);

    /// <summary>Stops it whoever uses it, and for good: it is not woken any more, by those neither who wait for it already.</summary>
    public Task ShutDownAsync()
    {
        isEnding = true;
        return Ask(ShutDownStepAsync);
    }

    public async Task WakeAsync(CancellationToken cancellationToken) => (await LeaseAsync(cancellationToken)).Dispose();

    public Task DeleteAsync() => Ask(DeleteStepAsync);

    /// <summary>Takes over what the folder and the kernel say, at the start of the platform.</summary>
    public Task AdoptAsync(InstanceRecord found, AdoptedRun? alive) =>
        Ask(() =>
        {
            Adopt(found, alive);
            return Task.CompletedTask;
        });

    /// <summary>True if there is nothing of it and nothing is asked of it; from then on it takes no commands, so another may take its name.</summary>
    public bool TryRetire() => Phase == InstancePhase.Absent && mailbox.TryClose();

    /// <summary>Returns when all that was asked so far is done, and refuses what is asked from now on. Processes stay as they are.</summary>
    public async Task LetGoAsync()
    {
        isEnding = true;
        await mailbox.CloseAsync();
        await reclaim.AbandonAsync();
        waiting.FailAll(WakeFailures.ShuttingDown);
        current.LetGo();
    }

    private Sizing Sizing => new(Id, standing, current, logger);

    private Task Ask(Func<Task> step, CommandKind kind = CommandKind.Other) =>
        mailbox.TryRun(step, kind) ?? Task.FromException(WhyRefused());

    private DormouseException? AskForWake() => mailbox.TryRun(WakeStepAsync, CommandKind.Wake) is null ? WhyRefused() : null;

    private DormouseException WhyRefused() =>
        isEnding ? WakeFailures.ShuttingDown(Id)
        : Phase == InstancePhase.Absent ? WakeFailures.NoSuchInstance(Id)
        : WakeFailures.TooManyWaiters(Id, around.Options.WaitersMax);

    private async Task CreateStepAsync(InstanceSeed? seed, ClassRange? range, CancellationToken cancellationToken)
    {
        if (standing.Next(InstanceEvent.CreateAsked) != InstancePhase.Creating)
        {
            return;
        }
        ThrowIfEnding();
        Move(InstanceEvent.CreateAsked);
        try
        {
            InstanceRecord made = await driver.CreateAsync(Id, takeUid, seed, cancellationToken);
            // On disk with the first start, before which nothing needs to know.
            standing.Draft = range is { } wanted ? made with { Size = InstanceSize.Of(wanted) } : made;
            Move(InstanceEvent.Created);
        }
        catch (Exception exception)
        {
            Move(InstanceEvent.CreateFailed);
            if (CurrentRun.IsHostFault(exception))
            {
                throw WakeFailures.CreateFailed(Id, exception);
            }
            throw;
        }
        if (seed is not null)
        {
            // Here and not by a wake: the first start replays what was written during the copy, for which nobody's request should wait.
            await StartAsync();
            Write(InstanceState.Running);
            waiting.Admit(current.Generation!);
        }
    }

    private async Task ReplaceDataStepAsync(InstanceSeed seed)
    {
        ThrowIfEnding();
        await NoticeDeathAsync();
        ThrowIfAbsent();
        if (Phase != InstancePhase.Stopped)
        {
            await EndProcessesAsync(InstanceEvent.StopAsked);
        }
        // What an earlier replacement left would be taken for the data to go back to; if it is that, it goes back first.
        UndoIfOwed();
        driver.FinishSwap(Id);
        InstanceRecord before = standing.Draft!;
        InstanceRecord after = before with
        {
            SecretsSet = false,
            ImageDigest = seed.Image.Digest,
            Timeline = before.Timeline + 1,
            ReplacedImage = before.ImageDigest,
        };
        try
        {
            driver.WriteRecord(Id, after);
            standing.Draft = after;
            driver.SwapIn(Id, seed.Secrets);
            await StartAsync();
            // On disk before anybody is let in: until it says so, a crash brings the old data back.
            Write(InstanceState.Running, mustBeWritten: true);
        }
        catch
        {
            await UndoReplaceAsync(before);
            throw;
        }
        waiting.Admit(current.Generation!);
        FinishSwap();
    }

    private void FinishSwap()
    {
        try
        {
            driver.FinishSwap(Id);
        }
        catch (Exception exception) when (CurrentRun.IsHostFault(exception))
        {
            // It has been replaced; what it held before goes at the next start of the platform, or before the next replacement.
            Log.ReplacedIsLeft(logger, Id, exception);
        }
    }

    private async Task UndoReplaceAsync(InstanceRecord before)
    {
        undoTo = before;
        // As it is now on disk: a crash on the way brings the old data back.
        standing.Draft = standing.Draft! with
        {
            SecretsSet = false,
        };
        if (Phase == InstancePhase.Running)
        {
            await EndProcessesAsync(InstanceEvent.StopAsked);
        }
        UndoIfOwed();
        Write(InstanceState.Stopped);
    }

    private void UndoIfOwed()
    {
        if (undoTo is { } before)
        {
            driver.UndoSwap(Id);
            standing.Draft = before with { Generation = standing.Draft!.Generation, Size = standing.Draft.Size };
            undoTo = null;
        }
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
            if (Phase == InstancePhase.Stuck)
            {
                await EndProcessesAsync(InstanceEvent.WakeAsked);
            }
            if (Phase == InstancePhase.Stopped && !await StartForWaitersAsync())
            {
                return;
            }
            if (Phase is InstancePhase.Frozen or InstancePhase.Reclaiming or InstancePhase.Reclaimed)
            {
                Thaw();
            }
            waiting.Admit(current.Generation!);
            if (standing.Draft!.PostmasterPid != current.Processes?.Postmaster.Pid)
            {
                // After the waiters were let in: the record costs a disk sync, and the processes can be found without it.
                Write(InstanceState.Running);
            }
        }
        catch (DormouseException exception)
        {
            standing.NoteFailure(exception.Message);
            Log.WakeFailed(logger, Id, exception.Message, exception);
            waiting.FailAll(_ => new DormouseException(exception.Kind, exception.Code, exception.Message, exception));
        }
        catch (Exception exception)
        {
            DormouseException failure = WakeFailures.StartFailed(Id, "an unexpected fault.", exception);
            standing.NoteFailure(failure.Message);
            Log.WakeFailed(logger, Id, exception.Message, exception);
            waiting.FailAll(_ => failure);
        }
    }

    /// <summary>False if by its turn nobody waits any more: then a start would only hold up the others'.</summary>
    private async Task<bool> StartForWaitersAsync()
    {
        using Turns.Turn turn = await around.Turns.Starts.TakeAsync(isUrgent: true);
        if (isEnding)
        {
            waiting.FailAll(WakeFailures.ShuttingDown);
            return false;
        }
        if (waiting.IsOver())
        {
            return false;
        }
        await StartInTurnAsync();
        return true;
    }

    private async Task StartAsync()
    {
        using Turns.Turn turn = await around.Turns.Starts.TakeAsync(isUrgent: false);
        await StartInTurnAsync();
    }

    private async Task StartInTurnAsync()
    {
        Move(InstanceEvent.WakeAsked);
        try
        {
            UndoIfOwed();
            Sizing.TakeOn();
            InstanceRecord record = driver.ChooseImage(Id, standing.Draft!);
            StartedInstance started = await driver.StartAsync(Id, record, CancellationToken.None);
            standing.NoteImage(record);
            long number = record.Generation + 1;
            standing.Draft = record with { Generation = number, SecretsSet = true, ReplacedImage = null };
            Hold(started.Run, driver.NewGeneration(Id, number, started.Secrets, record.SizeNow.Started));
            current.NoteReturn();
            Move(InstanceEvent.Started);
        }
        catch
        {
            Move(InstanceEvent.StartFailed);
            throw;
        }
    }

    private async Task ResizeStepAsync(Func<InstanceSize, InstanceSize> change, string reason)
    {
        await NoticeDeathAsync();
        ThrowIfAbsent();
        Sizing.Change(change, reason);
    }

    private void Thaw()
    {
        if (Phase != InstancePhase.Frozen)
        {
            current.NoteReturn();
        }
        Move(InstanceEvent.WakeAsked);
        try
        {
            current.Processes!.Thaw();
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
        if (Phase == InstancePhase.Stuck)
        {
            // Not even SIGKILL ended it, so nobody knows what a freeze would do.
            throw WakeFailures.CannotStop(Id);
        }
        if (standing.Next(InstanceEvent.FreezeAsked) != InstancePhase.Freezing)
        {
            return;
        }
        current.Close(idleAtLeast);
        standing.SleepReason = reason;
        Move(InstanceEvent.FreezeAsked);
        try
        {
            await current.FreezeAsync();
            Move(InstanceEvent.Froze);
        }
        catch (Exception exception) when (CurrentRun.IsHostFault(exception))
        {
            Move(InstanceEvent.FreezeFailed);
            current.Open();
            Log.FreezeFailed(logger, Id, exception);
            throw WakeFailures.CannotFreeze(Id, exception);
        }
    }

    /// <summary>Begins it and returns what ends with it. It goes on beside the mailbox, so that a wake need not wait for it.</summary>
    private async Task<Task> ReclaimStepAsync(TimeSpan idleAtLeast, string reason)
    {
        await FreezeStepAsync(idleAtLeast, reason);
        if (Phase is InstancePhase.Reclaiming or InstancePhase.Reclaimed or InstancePhase.Stopped)
        {
            return reclaim.Running;
        }
        standing.SleepReason = reason;
        Move(InstanceEvent.ReclaimAsked);
        return reclaim.Begin(current.Processes!, () => Phase == InstancePhase.Reclaiming, EndReclaimAsync);
    }

    /// <summary>Refused where the platform ends; the next one finds it frozen.</summary>
    private Task EndReclaimAsync(Func<bool> isWanted, long bytes, Exception? failure) =>
        mailbox.TryRun(() =>
        {
            // Otherwise it was woken, stopped or has died: then there is nothing to note.
            if (isWanted())
            {
                Move(failure is null ? InstanceEvent.ReclaimFinished : InstanceEvent.ReclaimFailed);
                LogReclaimed(bytes, failure);
            }
            return Task.CompletedTask;
        }) ?? Task.CompletedTask;

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

    private async Task StopStepAsync(TimeSpan idleAtLeast, string reason)
    {
        await NoticeDeathAsync();
        ThrowIfAbsent();
        if (standing.Next(InstanceEvent.StopAsked) != InstancePhase.Stopping)
        {
            return;
        }
        current.Close(idleAtLeast);
        standing.SleepReason = reason;
        await EndProcessesAsync(InstanceEvent.StopAsked);
    }

    private async Task ShutDownStepAsync()
    {
        await NoticeDeathAsync();
        waiting.FailAll(WakeFailures.ShuttingDown);
        if (IsThere && standing.Next(InstanceEvent.StopAsked) == InstancePhase.Stopping)
        {
            standing.SleepReason = InstanceHistory.PlatformStops;
            await EndProcessesAsync(InstanceEvent.StopAsked);
        }
    }

    private async Task EndProcessesAsync(InstanceEvent reason)
    {
        Move(reason);
        if (!await current.EndAsync())
        {
            Move(InstanceEvent.StopFailed);
            throw WakeFailures.CannotStop(Id);
        }
        Write(InstanceState.Stopped);
        Move(InstanceEvent.StopFinished);
    }

    private async Task DeleteStepAsync()
    {
        await NoticeDeathAsync();
        if (standing.HasProcesses || Phase == InstancePhase.Stuck)
        {
            await EndProcessesAsync(InstanceEvent.StopAsked);
        }
        if (Phase == InstancePhase.Absent)
        {
            // What a creation left that failed.
            driver.Delete(Id);
            return;
        }
        Move(InstanceEvent.DeleteAsked);
        try
        {
            driver.Delete(Id);
            standing.Draft = undoTo = null;
            Move(InstanceEvent.Deleted);
            waiting.FailAll(WakeFailures.Deleted);
            Log.Deleted(logger, Id);
        }
        catch (Exception exception) when (CurrentRun.IsHostFault(exception))
        {
            Move(InstanceEvent.DeleteFailed);
            throw;
        }
    }

    private void Adopt(InstanceRecord found, AdoptedRun? alive)
    {
        standing.Draft = found;
        if (alive is null)
        {
            Move(InstanceEvent.AdoptedStopped);
            if (found.State != InstanceState.Stopped)
            {
                Write(InstanceState.Stopped);
            }
            return;
        }
        // Another process than the record names was started by a platform that was killed before it could write.
        bool isRecorded = found.PostmasterPid == alive.Run.Postmaster.Pid && found.PostmasterStartTicks == alive.Run.Postmaster.StartTicks;
        InstanceRecord record = isRecorded ? found : found with { Generation = found.Generation + 1 };
        standing.Draft = record;
        Hold(alive.Run, driver.NewGeneration(Id, record.Generation, driver.OpenSecrets(Id), record.SizeNow.Started));
        if (!alive.IsFrozen)
        {
            current.Open();
        }
        Move(alive.IsFrozen ? InstanceEvent.AdoptedFrozen : InstanceEvent.AdoptedRunning);
        Write(alive.IsFrozen ? InstanceState.Frozen : InstanceState.Running);
    }

    /// <summary>Each command begins with it, so that none acts on processes that are gone while the news is still queued.</summary>
    private async Task NoticeDeathAsync()
    {
        if (!current.HasDied || !TransitionTable.Allows(Phase, InstanceEvent.DeathSeen))
        {
            return;
        }
        await current.SweepAsync();
        Write(InstanceState.Stopped);
        standing.NoteFailure("PostgreSQL ended by itself; the next request starts it again.");
        Move(InstanceEvent.DeathSeen);
    }

    /// <summary>What was asked before the end and comes after it would start it once more.</summary>
    private void ThrowIfEnding()
    {
        if (isEnding)
        {
            throw WakeFailures.ShuttingDown(Id);
        }
    }

    private void ThrowIfAbsent()
    {
        if (!IsThere)
        {
            throw WakeFailures.NoSuchInstance(Id);
        }
    }

    private void Hold(IInstanceRun held, Generation generation) => current.Hold(held, generation, () => mailbox.TryRun(NoticeDeathAsync));

    private void Move(InstanceEvent happening)
    {
        standing.Move(happening, current.Processes);
        running.Note(this);
    }

    private void Write(InstanceState state, bool mustBeWritten = false) => standing.Write(state, current.Processes, mustBeWritten);

    private static partial class Log
    {
        [LoggerMessage(3404, LogLevel.Information, "{Id} deleted")]
        public static partial void Deleted(ILogger logger, DatabaseId id);

        [LoggerMessage(3406, LogLevel.Warning, "{Id} did not wake: {Reason}")]
        public static partial void WakeFailed(ILogger logger, DatabaseId id, string reason, Exception exception);

        [LoggerMessage(3407, LogLevel.Warning, "{Id} did not freeze")]
        public static partial void FreezeFailed(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3411, LogLevel.Information, "{Id} gave {Bytes} bytes of memory to swap")]
        public static partial void Reclaimed(ILogger logger, DatabaseId id, long bytes);

        [LoggerMessage(3412, LogLevel.Warning, "{Id} keeps its memory although it is frozen")]
        public static partial void NotReclaimed(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3416, LogLevel.Warning, "What {Id} held before it was replaced could not be removed yet")]
        public static partial void ReplacedIsLeft(ILogger logger, DatabaseId id, Exception exception);

        // Standing has 3400, 3409, 3417 and 3419, Sizing 3418, CurrentRun 3410 and 3413 to 3415. None is free. IdleWatcher has 3420 to 3429, InstanceLifecycle and adoption 3430 to 3449.
    }
}

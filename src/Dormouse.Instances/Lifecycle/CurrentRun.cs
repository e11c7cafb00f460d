using Dormouse.Contracts;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// The processes that one instance has at this time, if it has any, and the generation by which they are used. Changed by the instance's one writer;
/// both may be read by any thread.
/// </summary>
internal sealed partial class CurrentRun(DatabaseId id, Surroundings around, ILogger logger)
{
    private volatile Generation? generation;
    private long backAt;

    public Generation? Generation => generation;

    public IInstanceRun? Processes { get; private set; }

    /// <summary>How long ago it came back from swap or from a stop; null: not since the platform started.</summary>
    public TimeSpan? BackFor => Volatile.Read(ref backAt) is var at and not 0 ? around.Time.GetElapsedTime(at) : null;

    public void NoteReturn() => Volatile.Write(ref backAt, Math.Max(1, around.Time.GetTimestamp()));

    public bool HasDied => Processes is { Died.IsCompleted: true };

    /// <param name="held">The processes.</param>
    /// <param name="number">Their generation.</param>
    /// <param name="onDeath">Enqueues the news.</param>
    public void Hold(IInstanceRun held, Generation number, Action onDeath)
    {
        Processes = held;
        generation = number;
        held.Died.ContinueWith(_ => onDeath(), CancellationToken.None, TaskContinuationOptions.None, around.Scheduler);
    }

    /// <summary>Nobody is let in any more, unless somebody is in.</summary>
    /// <exception cref="DormouseException">It is in use, or was a moment ago.</exception>
    public void Close(TimeSpan idleAtLeast)
    {
        if (generation is { } current && (current.IdleFor < idleAtLeast || !current.TryClose()))
        {
            throw WakeFailures.InUse(id, current.Leases);
        }
    }

    /// <summary>Opens it without a user.</summary>
    public void Open() => generation!.OpenAndEnter().Dispose();

    /// <summary>Once it is closed. Its users let go of what they hold open before.</summary>
    public async Task FreezeAsync()
    {
        try
        {
            await generation!.Endpoint.Freezing.TellAsync();
        }
        catch (Exception exception)
        {
            // What could not be let go of costs memory and nothing else.
            Log.NotPrepared(logger, id, exception);
        }
        TrimLog();
        await Processes!.FreezeAsync(CancellationToken.None);
    }

    /// <summary>Ends the generation and the processes, whoever uses them.</summary>
    /// <returns>False if processes are left even so.</returns>
    public async Task<bool> EndAsync()
    {
        EndGeneration();
        if (Processes is { } ending && !await StopInTurnAsync(ending))
        {
            return false;
        }
        TrimLog();
        LetGo();
        return true;
    }

    /// <summary>After they ended by themselves.</summary>
    public async Task SweepAsync()
    {
        EndGeneration();
        try
        {
            await Processes!.SweepAsync();
        }
        catch (Exception exception) when (IsHostFault(exception))
        {
            // What is left holds the instance's lock if it matters, and then the next start says so.
            Log.NotSwept(logger, id, exception);
        }
        LetGo();
    }

    public void LetGo()
    {
        Processes?.Dispose();
        Processes = null;
    }

    public static bool IsHostFault(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private void EndGeneration()
    {
        generation?.End();
        generation = null;
    }

    private async Task<bool> StopInTurnAsync(IInstanceRun ending)
    {
        using Turns.Turn turn = await around.Turns.Stops.TakeAsync(isUrgent: true);
        try
        {
            return await ending.StopAsync();
        }
        catch (Exception exception) when (IsHostFault(exception))
        {
            Log.StopFailed(logger, id, exception);
            return false;
        }
    }

    private void TrimLog()
    {
        try
        {
            around.Driver.TrimLog(id);
        }
        catch (Exception exception) when (IsHostFault(exception))
        {
            Log.LogNotTrimmed(logger, id, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3410, LogLevel.Warning, "{Id} freezes with what its users could not let go of")]
        public static partial void NotPrepared(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3413, LogLevel.Warning, "The log of {Id} could not be cut: {Reason}")]
        public static partial void LogNotTrimmed(ILogger logger, DatabaseId id, string reason);

        [LoggerMessage(3414, LogLevel.Error, "{Id} could not be stopped")]
        public static partial void StopFailed(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3415, LogLevel.Warning, "What {Id} left on the host when it ended could not be removed")]
        public static partial void NotSwept(ILogger logger, DatabaseId id, Exception exception);
    }
}

using Dormouse.Contracts;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Lifecycle;

/// <summary>How one instance comes into another class. Called by the instance's one writer.</summary>
internal sealed partial class Sizing(DatabaseId id, Standing standing, CurrentRun current, ILogger logger)
{
    /// <summary>Before a start. On disk before there is a process: whoever adopts one must know what it was started with.</summary>
    public void TakeOn()
    {
        InstanceRecord before = standing.Draft!;
        InstanceSize size = before.SizeNow;
        if (!size.IsPending)
        {
            return;
        }
        try
        {
            standing.Draft = before with { Size = size with { Started = size.Now } };
            standing.Write(InstanceState.Stopped, run: null, mustBeWritten: true);
        }
        catch (Exception exception) when (CurrentRun.IsHostFault(exception))
        {
            // A full disk: it starts as before, and takes on its class at the start after that.
            standing.Draft = before;
            Log.NotTakenOn(logger, id, size.Now, exception);
        }
    }

    public void Change(Func<InstanceSize, InstanceSize> change, string reason)
    {
        InstanceSize before = standing.Draft!.SizeNow;
        InstanceSize after = change(before);
        if (after == before)
        {
            return;
        }
        standing.Draft = standing.Draft with { Size = after };
        // If that is lost, on a full disk for one, the next platform asks for it again, or load does.
        standing.Write(standing.Draft.State, current.Processes);
        try
        {
            current.Processes?.Limit(after);
        }
        catch (Exception exception) when (CurrentRun.IsHostFault(exception))
        {
            // It has the bounds that it had; the next cold start sets them anew.
            Log.NotLimited(logger, id, after.Now, exception);
        }
        if (after.Now != before.Now)
        {
            standing.NoteClass(before.Now, after, reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3402, LogLevel.Warning, "{Id} does not start in class {Wanted} yet: that could not be written down")]
        public static partial void NotTakenOn(ILogger logger, DatabaseId id, InstanceClass wanted, Exception exception);

        [LoggerMessage(3418, LogLevel.Warning, "The bounds of {Id} could not be set to those of class {Wanted}")]
        public static partial void NotLimited(ILogger logger, DatabaseId id, InstanceClass wanted, Exception exception);
    }
}

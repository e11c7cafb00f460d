namespace Dormouse.Edge.Limits;

/// <summary>What is counted of one key or one address. Fields, since they are counted by <see cref="Interlocked"/>.</summary>
internal sealed class Caller
{
    /// <summary>The bucket of its requests, see <see cref="TokenRate"/>.</summary>
    public long Requests;

    /// <summary>The bucket of its wrong keys.</summary>
    public long FailedKeys;

    public int InFlight;

    public int Connections;

    /// <summary>Whether forgetting it would change nothing.</summary>
    public bool IsIdle(long now) =>
        Volatile.Read(ref InFlight) == 0
        && Volatile.Read(ref Connections) == 0
        && Volatile.Read(ref Requests) <= now
        && Volatile.Read(ref FailedKeys) <= now;

    /// <summary>Counts one more, if that is within the bound.</summary>
    public static bool TryEnter(ref int count, int max)
    {
        if (Interlocked.Increment(ref count) <= max)
        {
            return true;
        }
        Interlocked.Decrement(ref count);
        return false;
    }
}

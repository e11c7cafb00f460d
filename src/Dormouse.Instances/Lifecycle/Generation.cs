using Dormouse.Contracts;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// One run of PostgreSQL between a cold start and its end: its address and who uses it. Entering and leaving is on the path of every query,
/// so it is one interlocked number: the count of leases, or <see cref="Closed"/> while nobody may enter. Only the instance's writer opens
/// and closes; any thread enters and leaves. A lease cannot exist while the number says closed, except after a forced close.
/// </summary>
internal sealed class Generation(InstanceEndpoint endpoint, CancellationTokenSource stopped, TimeProvider time)
{
    private const int Closed = int.MinValue;

    private int leases = Closed;
    private long lastUsed = time.GetTimestamp();

    public InstanceEndpoint Endpoint { get; } = endpoint;

    public int Leases => Math.Max(0, Volatile.Read(ref leases));

    /// <summary>How long nobody has used it; zero while somebody does.</summary>
    public TimeSpan IdleFor => Volatile.Read(ref leases) > 0 ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref lastUsed));

    /// <param name="isUse">False for what the platform does by itself: it does not make the instance look used.</param>
    public Lease? TryEnter(bool isUse = true)
    {
        int seen = Volatile.Read(ref leases);
        while (seen >= 0)
        {
            int found = Interlocked.CompareExchange(ref leases, seen + 1, seen);
            if (found == seen)
            {
                return new Lease(this, isUse);
            }
            seen = found;
        }
        return null;
    }

    /// <summary>Opens it if it was closed, and enters in the same step, so that it cannot be put to sleep before those who waited got in.</summary>
    public Lease OpenAndEnter()
    {
        Volatile.Write(ref lastUsed, time.GetTimestamp());
        if (Interlocked.CompareExchange(ref leases, 1, Closed) == Closed)
        {
            return new Lease(this, isUse: true);
        }
        return TryEnter()!;
    }

    /// <summary>False if it is in use. True also if it is closed already.</summary>
    public bool TryClose() => Interlocked.CompareExchange(ref leases, Closed, 0) is 0 or Closed;

    /// <summary>Closes it for good although it may be in use, and tells all users to let go.</summary>
    public void End()
    {
        Interlocked.Exchange(ref leases, Closed);
        // Not awaited: PostgreSQL's own shutdown ends the sessions of whoever is slow to let go.
        stopped
            .CancelAsync()
            .ContinueWith(
                static cancelled => _ = cancelled.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default
            );
    }

    private void Leave(bool isUse)
    {
        if (isUse)
        {
            Volatile.Write(ref lastUsed, time.GetTimestamp());
        }
        int seen = Volatile.Read(ref leases);
        // Closed by force meanwhile: then there is nothing left to count.
        while (seen > 0)
        {
            int found = Interlocked.CompareExchange(ref leases, seen - 1, seen);
            if (found == seen)
            {
                return;
            }
            seen = found;
        }
    }

    internal sealed class Lease(Generation generation, bool isUse) : IInstanceLease
    {
        private Generation? held = generation;

        public InstanceEndpoint Endpoint { get; } = generation.Endpoint;

        public void Dispose() => Interlocked.Exchange(ref held, null)?.Leave(isUse);
    }
}

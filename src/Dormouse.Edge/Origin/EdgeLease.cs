namespace Dormouse.Edge.Origin;

/// <summary>
/// Until when this edge may serve what it knows. Ask before looking anything up, never after: what was acknowledged before a request came
/// is then either applied here, or the lease has run out.
/// </summary>
/// <remarks>
/// Counted by two clocks: the monotonic one stands still while a machine is suspended, and the other may be set. The lease is over when
/// either says so.
/// </remarks>
internal sealed class EdgeLease(TimeProvider timeProvider)
{
    private volatile Term? term;

    public bool IsHeld
    {
        get
        {
            if (term is not { } held)
            {
                return false;
            }
            TimeSpan wall = timeProvider.GetUtcNow() - held.SentAt;
            return timeProvider.GetElapsedTime(held.SentTimestamp) < held.Length && wall < held.Length && wall > -held.Length;
        }
    }

    /// <summary>What a lease will be counted from: taken before the question is sent.</summary>
    public Term Begin() => new(timeProvider.GetTimestamp(), timeProvider.GetUtcNow(), TimeSpan.Zero);

    /// <summary>Takes a lease, once all that came with it was applied.</summary>
    public void Take(Term begun, TimeSpan length) => term = begun with { Length = length };

    internal sealed record Term(long SentTimestamp, DateTimeOffset SentAt, TimeSpan Length);
}

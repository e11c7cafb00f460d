namespace Dormouse.Postgres;

/// <summary>The bounds of one pool.</summary>
public sealed record PoolOptions
{
    /// <summary>
    /// Connections open at once, those being opened included. 10 suits a two-core instance with <c>max_connections</c> around 30 (the
    /// rest is for the TCP gateway and upkeep); more only adds contention.
    /// </summary>
    public int ConnectionsMax { get; init; } = 10;

    /// <summary>How long a caller waits for a free connection. 10 s is the <c>pool_timeout</c> that Prisma users know.</summary>
    public TimeSpan WaitTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many callers may wait; the next one fails at once. 1,000 waiters hold well under a MiB and are seconds of work already.</summary>
    public int WaitersMax { get; init; } = 1_000;

    /// <summary>
    /// How long a connection may lie idle before it is closed. Infinite by default: an instance of ours keeps its idle connections
    /// while it sleeps. Other people's servers want theirs back.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// The longest pause between two attempts to open a connection at a server that is away or full; the first is a hundredth of it.
    /// Meanwhile callers get the last failure at once. Zero: none, since what wakes instances has an order of its own.
    /// </summary>
    public TimeSpan OpenPauseMax { get; init; } = TimeSpan.Zero;

    public ServerConnectionOptions Connection { get; init; } = new();
}

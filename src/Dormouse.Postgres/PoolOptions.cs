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

    public ServerConnectionOptions Connection { get; init; } = new();
}

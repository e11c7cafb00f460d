namespace Dormouse.Contracts;

/// <summary>
/// The edge's way to an awake instance. In one process it is the lifecycle itself; with split roles an HTTP client of it.
/// </summary>
public interface IInstanceHost
{
    /// <summary>
    /// Wakes the instance if it sleeps and holds it awake until the lease is disposed. Concurrent calls share one wake. Completes
    /// synchronously when the instance runs already.
    /// </summary>
    /// <exception cref="DormouseException">
    /// <see cref="FailureKind.NotFound"/>: no such instance. <see cref="FailureKind.ComputeAsleep"/>: the wake failed; every waiter
    /// gets the same failure and the next call tries again.
    /// </exception>
    ValueTask<IInstanceLease> LeaseAsync(DatabaseId id, CancellationToken cancellationToken);
}

/// <summary>The right to use a running instance. Dispose it once the answer has been sent; disposing twice does nothing.</summary>
public interface IInstanceLease : IDisposable
{
    InstanceEndpoint Endpoint { get; }
}

/// <summary>
/// Where and as whom to speak to an instance. One object serves one generation: the same reference is handed out until the instance
/// stops, so that it can key a pool.
/// </summary>
/// <param name="Database">The database.</param>
/// <param name="Generation">Rises at each cold start.</param>
/// <param name="SocketPath">The unix socket's full path (<c>…/.s.PGSQL.5432</c>).</param>
/// <param name="User">The tenant's role.</param>
/// <param name="Password">Its secret; never logged.</param>
/// <param name="DatabaseName">The name inside the instance.</param>
/// <param name="MaxConnections">How many server connections the edge may hold open at once.</param>
/// <param name="Stopped">Cancelled when this generation is about to stop or has died: close what is open.</param>
public sealed record InstanceEndpoint(
    DatabaseId Database,
    long Generation,
    string SocketPath,
    string User,
    string Password,
    string DatabaseName,
    int MaxConnections,
    CancellationToken Stopped
) : ServerEndpoint(Database, MaxConnections, Stopped)
{
    /// <summary>Heard before the instance freezes.</summary>
    public FreezeNotice Freezing { get; } = new();

    /// <summary>Asked before each statement.</summary>
    public DiskGate Disk { get; init; } = new();

    /// <summary>How many times as large as the smallest instance it is: a pool has as many times the connections.</summary>
    public int Scale { get; init; } = 1;

    /// <summary>Leaves the password out, so that a log line cannot hold it.</summary>
    public override string ToString() => $"{Database} generation {Generation} at {SocketPath}";
}

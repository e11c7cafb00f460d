namespace Dormouse.Edge.Transactions;

/// <summary>Bounds of interactive transactions.</summary>
public sealed class TransactionOptions
{
    /// <summary>Used when the client names none; what clients send by default.</summary>
    public TimeSpan DefaultMaxWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Used when the client names none; what clients send by default.</summary>
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Largest <c>maxWait</c> a client may ask for. 30 s is more than any wake takes.</summary>
    public TimeSpan MaxWaitLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Largest <c>timeout</c> a client may ask for. An open transaction keeps its instance awake and a connection taken; 90 s is what
    /// the hosted service allows at most.
    /// </summary>
    public TimeSpan TimeoutLimit { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// How long an open transaction may be asked nothing before it is rolled back with 25P03, within its own <c>timeout</c>. Whoever says
    /// nothing for a minute while locks are held and a database is kept awake has most likely gone.
    /// </summary>
    public TimeSpan IdleLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Connections of an instance that open transactions must leave to plain queries: an app that asks outside its transaction while
    /// it holds one would otherwise wait for itself.
    /// </summary>
    public int ConnectionsLeftForQueries { get; set; } = 2;

    /// <summary>Nested transactions within one. Each is a savepoint, which costs the server memory; 64 levels are a runaway recursion.</summary>
    public int MaxDepth { get; set; } = 64;

    /// <summary>Closed transactions remembered per database, to say how they ended. 100 is the reference's number.</summary>
    public int ClosedRememberedPerDatabase { get; set; } = 100;

    /// <summary>Databases for which closed transactions are remembered; with 100 of about 100 bytes each, 4,096 cost 40 MB at the very most.</summary>
    public int ClosedRememberedDatabases { get; set; } = 4_096;

    /// <summary>How long a rollback at expiry or shutdown may take before its connection is closed instead, which rolls back too.</summary>
    public TimeSpan RollbackTimeout { get; set; } = TimeSpan.FromSeconds(5);

    internal void Validate(List<string> errors)
    {
        if (DefaultMaxWait <= TimeSpan.Zero || DefaultMaxWait > MaxWaitLimit)
        {
            errors.Add("DefaultMaxWait must be above zero and no more than MaxWaitLimit.");
        }
        if (DefaultTimeout <= TimeSpan.Zero || DefaultTimeout > TimeoutLimit)
        {
            errors.Add("DefaultTimeout must be above zero and no more than TimeoutLimit.");
        }
        if (ConnectionsLeftForQueries < 1 || MaxDepth < 1 || ClosedRememberedPerDatabase < 1 || ClosedRememberedDatabases < 1)
        {
            errors.Add(
                "ConnectionsLeftForQueries, MaxDepth, ClosedRememberedPerDatabase and ClosedRememberedDatabases must be 1 at least."
            );
        }
        if (RollbackTimeout <= TimeSpan.Zero || IdleLimit <= TimeSpan.Zero)
        {
            errors.Add("RollbackTimeout and IdleLimit must be above zero.");
        }
    }
}

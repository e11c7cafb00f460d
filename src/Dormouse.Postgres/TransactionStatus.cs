namespace Dormouse.Postgres;

/// <summary>What the server said at the end of the last command.</summary>
public enum TransactionStatus
{
    /// <summary>Not in a transaction.</summary>
    Idle,

    /// <summary>In a transaction.</summary>
    Open,

    /// <summary>In a transaction that failed: only a rollback is possible.</summary>
    Failed,
}

using Dormouse.Contracts;

namespace Dormouse.Edge.Transactions;

/// <summary>What a client asks for when it starts a transaction; checked.</summary>
/// <param name="MaxWait">From the request to the open transaction.</param>
/// <param name="Timeout">From the start to the forced rollback.</param>
/// <param name="BeginSql">BEGIN with the isolation level.</param>
/// <param name="OuterId">The open transaction in which to nest, or null.</param>
internal sealed record StartRequest(TimeSpan MaxWait, TimeSpan Timeout, string BeginSql, string? OuterId)
{
    /// <summary>Checks what the client sent.</summary>
    /// <param name="maxWaitMs">Milliseconds, or null when absent.</param>
    /// <param name="timeoutMs">Milliseconds, or null when absent.</param>
    /// <param name="isolationLevel">A name as either protocol writes it, or null.</param>
    /// <param name="outerId">newTxId.</param>
    /// <param name="options">Defaults and bounds.</param>
    /// <exception cref="TransactionFailure">What the reference executor refuses too, in its words.</exception>
    /// <exception cref="DormouseException">A value beyond the bounds, or a level that does not exist.</exception>
    public static StartRequest Check(
        double? maxWaitMs,
        double? timeoutMs,
        string? isolationLevel,
        string? outerId,
        TransactionOptions options
    ) =>
        new(
            Duration("maxWait", maxWaitMs, options.DefaultMaxWait, options.MaxWaitLimit),
            Duration("timeout", timeoutMs, options.DefaultTimeout, options.TimeoutLimit),
            Begin(isolationLevel),
            outerId
        );

    private static TimeSpan Duration(string name, double? milliseconds, TimeSpan otherwise, TimeSpan limit)
    {
        if (milliseconds is not { } value)
        {
            return otherwise;
        }
        if (value == 0)
        {
            throw TransactionFailure.Missing(name);
        }
        if (value < 0)
        {
            throw EdgeFailures.Malformed($"'{name}' is below zero.");
        }
        if (value > limit.TotalMilliseconds)
        {
            throw EdgeFailures.TransactionBound(name, value, limit);
        }
        // Below a millisecond no timer is worth its name.
        return TimeSpan.FromMilliseconds(Math.Max(1, value));
    }

    // Constant texts only: nothing of the client's gets into the SQL.
    private static string Begin(string? level) =>
        level?.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant() switch
        {
            null => "BEGIN",
            "READUNCOMMITTED" => "BEGIN ISOLATION LEVEL READ UNCOMMITTED",
            "READCOMMITTED" => "BEGIN ISOLATION LEVEL READ COMMITTED",
            "REPEATABLEREAD" => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            "SERIALIZABLE" => "BEGIN ISOLATION LEVEL SERIALIZABLE",
            // PostgreSQL has no such level; the reference executor refuses it with this text.
            "SNAPSHOT" => throw TransactionFailure.InvalidIsolationLevel(level),
            _ => throw EdgeFailures.Malformed(
                "'isolationLevel' must be one of READ UNCOMMITTED, READ COMMITTED, REPEATABLE READ, SERIALIZABLE."
            ),
        };
}

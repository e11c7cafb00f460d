using Dormouse.Contracts;
using Dormouse.Query.Failures;

namespace Dormouse.Edge.Transactions;

/// <summary>What a client asks for when it starts a transaction; checked.</summary>
/// <param name="MaxWait">From the request to the open transaction.</param>
/// <param name="Timeout">From the start to the forced rollback.</param>
/// <param name="Level">The isolation level with which it begins.</param>
/// <param name="OuterId">The open transaction in which to nest, or null.</param>
internal sealed record StartRequest(TimeSpan MaxWait, TimeSpan Timeout, IsolationLevel Level, string? OuterId)
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
            PlanLevel(isolationLevel),
            outerId
        );

    /// <summary>Checks what clients 5 and 6 sent, whose engine takes zero for very short.</summary>
    /// <exception cref="PlanException">A level that does not exist, in the words of that engine.</exception>
    /// <exception cref="DormouseException">A value beyond the bounds.</exception>
    public static StartRequest CheckOperations(double? maxWaitMs, double? timeoutMs, string? isolationLevel, TransactionOptions options) =>
        new(
            Duration("max_wait", AboveZero(maxWaitMs), options.DefaultMaxWait, options.MaxWaitLimit),
            Duration("timeout", AboveZero(timeoutMs), options.DefaultTimeout, options.TimeoutLimit),
            IsolationLevel.Find(isolationLevel) ?? throw IsolationLevel.Unknown(isolationLevel!),
            null
        );

    private static double? AboveZero(double? milliseconds) => milliseconds == 0 ? 1 : milliseconds;

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

    private static IsolationLevel PlanLevel(string? name)
    {
        if (IsolationLevel.Find(name) is { } level)
        {
            return level;
        }
        // PostgreSQL has no snapshot level; the reference executor refuses it with this text.
        throw string.Equals(name, "SNAPSHOT", StringComparison.OrdinalIgnoreCase)
            ? TransactionFailure.InvalidIsolationLevel(name!)
            : EdgeFailures.Malformed("'isolationLevel' must be one of READ UNCOMMITTED, READ COMMITTED, REPEATABLE READ, SERIALIZABLE.");
    }
}

using Dormouse.Edge.Transactions;
using Dormouse.Query.Failures;
using Dormouse.Query.Operations;

namespace Dormouse.Edge.Engine;

/// <summary>The queries of one request of clients 5 and 6, ready to run.</summary>
/// <param name="Queries">In the order in which they run and are answered.</param>
/// <param name="IsBatch">Whether the answer is a list.</param>
/// <param name="IsAtomic">Whether the failure of one is the failure of the request.</param>
/// <param name="Transaction">The level of the transaction that is to be put around them; null for none.</param>
internal sealed record OperationCall(IReadOnlyList<OperationCall.Query> Queries, bool IsBatch, bool IsAtomic, IsolationLevel? Transaction)
{
    /// <summary>All queries as one, where they can be. It is a single look-up, for which a transaction would change nothing.</summary>
    public PreparedMerge? Merge { get; init; }

    /// <summary>
    /// Whether a record that must be there and is not fails its own query alone, even where all others fail together: merged look-ups that
    /// have to be run one by one.
    /// </summary>
    public bool MissingFailsAlone { get; init; }

    /// <summary>Whether a second run could do something that the first has done already. Raw SQL can be anything.</summary>
    public bool MayWrite => Queries.Any(query => query.Operation is { } operation && (operation.IsWrite || operation.IsRaw));

    /// <summary>One query, or why it cannot be run.</summary>
    internal readonly record struct Query(PreparedOperation? Operation, PlanException? Failure);
}

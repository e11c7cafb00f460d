using System.Runtime.CompilerServices;
using Dormouse.Contracts;

namespace Dormouse.Edge.Limits;

/// <summary>
/// Has the queries of a database that takes much of the host wait for each other, so that those of others do not wait for all of them. As a rule nobody
/// waits: the host of the instances says who shall, and how many go at a time (<see cref="DatabaseLoad.TurnsMax"/>).
/// </summary>
internal sealed class RequestTurns(DatabaseLoads loads, EdgeOptions options, TimeProvider timeProvider)
{
    // As long-lived as the entries that they are for. Only who had to wait once has one.
    private readonly ConditionalWeakTable<DatabaseLoad, TurnLane> lanes = [];

    /// <summary>
    /// Waits for a turn where one is needed: before the request holds a body, a connection or a lease. How many wait is bounded by what is admitted, and how
    /// long by <see cref="RequestLimitOptions.TurnTime"/>.
    /// </summary>
    /// <returns>Disposed when the answer is there; null where none is needed.</returns>
    /// <exception cref="OperationCanceledException">Its client is gone.</exception>
    public ValueTask<TurnLane.Turn?> TakeAsync(DatabaseId database, CancellationToken clientGone)
    {
        DatabaseLoad load = loads.Of(database);
        return load.TurnsMax == 0 ? default : lanes.GetValue(load, NewLane).TakeAsync(clientGone);
    }

    private TurnLane NewLane(DatabaseLoad load) => new(load, options.Limits.TurnTime, timeProvider);
}

using System.Diagnostics.Metrics;
using Dormouse.Edge.Metrics;

namespace Dormouse.Edge.Origin;

/// <summary>How an edge of its own stands to its origin at the moment at which somebody reads the metrics.</summary>
internal sealed class OriginGauges
{
    public OriginGauges(IMeterFactory meters, EdgeLease lease, LogFollower follower)
    {
        Meter meter = meters.Create(EdgeMetrics.MeterName);
        meter.CreateObservableUpDownCounter(
            "dormouse.edge.leases",
            () => lease.IsHeld ? 1L : 0,
            "{lease}",
            "1 while this edge may serve what it knows, 0 while it is cut off."
        );
        meter.CreateObservableUpDownCounter(
            "dormouse.edge.revision",
            () => follower.Applied,
            "{revision}",
            "The last revision of the origin's log that was applied."
        );
    }
}

using System.Diagnostics.Metrics;
using Dormouse.Edge.Engine;
using Dormouse.Postgres;

namespace Dormouse.Edge.Metrics;

/// <summary>What server connections there are at the moment at which somebody reads its metrics; costs nothing in between.</summary>
internal sealed class EdgeGauges
{
    public EdgeGauges(IMeterFactory meters, ServerPools pools)
    {
        Meter meter = meters.Create(EdgeMetrics.MeterName);
        // OpenTelemetry's names. It wants the pool's name too, which would be a database's.
        meter.CreateObservableUpDownCounter(
            "db.client.connection.count",
            () => Connections(pools.Counts),
            "{connection}",
            "Server connections to instances and attached servers, by whether a query or transaction has them."
        );
        meter.CreateObservableUpDownCounter(
            "db.client.connection.pending_requests",
            () => (long)pools.Counts.Waiting,
            "{request}",
            "Queries and transactions that wait for a server connection."
        );
    }

    private static Measurement<long>[] Connections(PoolCounts counts) =>
        [
            new(counts.Idle, new KeyValuePair<string, object?>("db.client.connection.state", "idle")),
            new(counts.Rented, new KeyValuePair<string, object?>("db.client.connection.state", "used")),
        ];
}

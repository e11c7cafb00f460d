using Dormouse.Contracts;

namespace Dormouse.Edge.Metrics;

/// <summary>The instance host, with the waits for sleeping instances measured. A lease on a running one comes at once and passes untouched.</summary>
internal sealed class MeasuredWakes(IInstanceHost host, EdgeMetrics metrics) : IInstanceHost
{
    public ValueTask<IInstanceLease> LeaseAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        ValueTask<IInstanceLease> leasing = host.LeaseAsync(id, cancellationToken);
        return leasing.IsCompleted ? leasing : metrics.WakeAsync(leasing);
    }
}

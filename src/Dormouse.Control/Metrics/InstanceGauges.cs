using System.Diagnostics.Metrics;
using Dormouse.Contracts;

namespace Dormouse.Control.Metrics;

/// <summary>How many instances there are in each state, at the moment at which somebody reads the metrics. Looking wakes none.</summary>
internal sealed class InstanceGauges
{
    private static readonly (InstanceState State, string Word)[] States =
    [
        (InstanceState.Running, "running"),
        (InstanceState.Frozen, "frozen"),
        (InstanceState.Reclaimed, "reclaimed"),
        (InstanceState.Stopped, "stopped"),
    ];

    public InstanceGauges(IMeterFactory meters, IInstanceAdmin instances)
    {
        Meter meter = meters.Create("Dormouse.Control");
        meter.CreateObservableUpDownCounter(
            "dormouse.instance.count",
            () => Count(instances.List()),
            "{instance}",
            "Instances of databases by state; the platform's own one is not counted."
        );
        meter.CreateObservableUpDownCounter(
            "dormouse.instance.class",
            () => CountClasses(instances.List()),
            "{instance}",
            "Instances of databases by class; the platform's own one is not counted."
        );
        meter.CreateObservableUpDownCounter(
            "dormouse.instance.class.pending",
            () => instances.List().Count(instance => instance is { IsLeftAlone: false, Size.IsPending: true }),
            "{instance}",
            "Instances that have another class than PostgreSQL was started with: their connections and buffers wait for a cold start."
        );
        meter.CreateObservableUpDownCounter(
            "dormouse.instance.disk",
            () => Disks(instances).Sum(disk => disk.Bytes + disk.LogBytes),
            "By",
            "What databases take on disk, their logs included, as measured last."
        );
        meter.CreateObservableUpDownCounter(
            "dormouse.instance.full",
            () => Disks(instances).Count(disk => !disk.MayGrow),
            "{instance}",
            "Databases that may not grow: over their limit, or the host's disk is nearly full."
        );
    }

    private static IEnumerable<InstanceDisk> Disks(IInstanceAdmin instances) =>
        instances.List().Select(instance => instances.FindDisk(instance.Id)).OfType<InstanceDisk>();

    private static IEnumerable<Measurement<long>> CountClasses(IReadOnlyList<InstanceStatus> all) =>
        Enum.GetValues<InstanceClass>()
            .Select(each => new Measurement<long>(
                all.Count(instance => instance is { IsLeftAlone: false } && instance.Size.Now == each && instance.Id != DatabaseId.System),
                new KeyValuePair<string, object?>("dormouse.instance.class", InstanceClassWords.WordOf(each))
            ));

    private static IEnumerable<Measurement<long>> Count(IReadOnlyList<InstanceStatus> all) =>
        States.Select(state => new Measurement<long>(
            all.Count(instance => instance is { IsLeftAlone: false } && instance.State == state.State && instance.Id != DatabaseId.System),
            new KeyValuePair<string, object?>("dormouse.instance.state", state.Word)
        ));
}

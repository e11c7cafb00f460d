using Dormouse.Contracts;
using Dormouse.Testing.Processes;

namespace Dormouse.Bench.Density;

/// <summary>
/// What the bench's databases take on disk. Where files share blocks with their template, which no file knows of itself, it is what the file system has
/// lost; elsewhere it is the sum of the files, in which nobody else's have a part.
/// </summary>
internal sealed class DiskMeter(string dataPath)
{
    private const double BytesPerMegabyte = 1_000_000;

    private readonly string instances = Path.Combine(dataPath, "instances");
    private double free;
    private double store;

    public bool HasReflinks { get; } = new DriveInfo(dataPath).DriveFormat is "xfs" or "btrfs";

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        free = await FreeMegabytesAsync(cancellationToken);
        store = await StoreMegabytesAsync(cancellationToken);
    }

    /// <summary>What is written meanwhile is none of them.</summary>
    public async Task<T> LeaveOutAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        double before = await FreeMegabytesAsync(cancellationToken);
        T result = await work();
        free -= before - await FreeMegabytesAsync(cancellationToken);
        return result;
    }

    public async Task<double> MegabytesAsync(CancellationToken cancellationToken)
    {
        // The control store grows too.
        double storeNow = await StoreMegabytesAsync(cancellationToken);
        return HasReflinks
            ? free - await FreeMegabytesAsync(cancellationToken) - (storeNow - store)
            : await HostMeter.DiskMegabytesAsync(instances, cancellationToken) - storeNow;
    }

    private Task<double> StoreMegabytesAsync(CancellationToken cancellationToken) =>
        HostMeter.DiskMegabytesAsync(Path.Combine(instances, DatabaseId.System.ToString()), cancellationToken);

    private async Task<double> FreeMegabytesAsync(CancellationToken cancellationToken)
    {
        // What waits to be written has no blocks yet.
        (await ProcessRun.OfAsync("sync", ["--file-system", dataPath], TimeSpan.FromMinutes(2), cancellationToken)).Succeeded();
        return new DriveInfo(dataPath).AvailableFreeSpace / BytesPerMegabyte;
    }
}

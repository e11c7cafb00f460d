namespace Dormouse.Instances.Upgrades;

/// <summary>Bounds of upgrades to another major version.</summary>
public sealed class UpgradeOptions
{
    /// <summary>
    /// How long one may take before it is given up and the database is as it was. A dump and restore moves some 10 to 50 MB a second: six hours are enough for
    /// hundreds of gigabytes, and an end for what hangs.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Upgrades at once; others wait. Each is two servers and two programs that take all of two cores.</summary>
    public int AtOnceMax { get; init; } = 1;

    /// <summary>Upgrades that wait for their turn; beyond it they are refused. Each is a request that is held open.</summary>
    public int WaitingMax { get; init; } = 16;

    /// <summary>What must be free on disk beside a second copy of the data: 1 GiB, as for backups.</summary>
    public long DiskReserveBytes { get; init; } = 1L << 30;
}

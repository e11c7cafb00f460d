using Dormouse.Contracts;
using Dormouse.Instances.Resources;

namespace Dormouse.Instances.Sizes;

/// <summary>What PostgreSQL is started with in one class.</summary>
/// <param name="Scale">How many times a small one.</param>
/// <param name="ConnectionsMax"><c>max_connections</c>.</param>
/// <param name="EdgeConnectionsMax">Of these, what the edge may hold: all but the reserved ones (3) and a few for the platform's own work.</param>
/// <param name="SharedBuffers"><c>shared_buffers</c></param>
/// <param name="WorkMemory"><c>work_mem</c></param>
/// <param name="LogMax"><c>max_wal_size</c></param>
internal sealed record ClassSettings(
    int Scale,
    int ConnectionsMax,
    int EdgeConnectionsMax,
    string SharedBuffers,
    string WorkMemory,
    string LogMax
);

/// <summary>
/// What each class is. A small one idles at 8 MB, and the host's page cache serves what its buffers do not hold. Each next class has twice the
/// connections, the memory and the share of the processors; its buffers grow fourfold, since who is asked that much has more that is
/// asked again and again.
/// </summary>
internal sealed class ClassTable(InstancesOptions options)
{
    // The kernel's own default for a group, of which a small instance is one.
    private const int SmallWeight = 100;

    private static readonly ClassSettings[] All =
    [
        new(1, 30, 24, "8MB", "4MB", "16MB"),
        new(2, 60, 54, "32MB", "8MB", "32MB"),
        new(4, 120, 114, "128MB", "16MB", "64MB"),
    ];

    public static ClassSettings SettingsOf(InstanceClass instanceClass) => All[(int)instanceClass];

    /// <summary>
    /// What PostgreSQL was started with needs its memory and its processes until it ends, also where less is wanted of it meanwhile: a bound
    /// below what is in use would end sessions.
    /// </summary>
    public ResourceLimits LimitsOf(InstanceSize size)
    {
        int room = Math.Max(SettingsOf(size.Now).Scale, SettingsOf(size.Started).Scale);
        return new ResourceLimits(options.MemoryMaxBytes * room, options.ProcessesMax * room, SmallWeight * SettingsOf(size.Now).Scale);
    }
}

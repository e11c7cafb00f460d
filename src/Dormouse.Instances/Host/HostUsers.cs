using System.Globalization;

namespace Dormouse.Instances.Host;

/// <summary>
/// The numeric users that processes of the platform run as where it runs as root. They have no names: from 1879048192 on nobody else
/// takes any (systemd's table of user ids ends its own ranges there).
/// </summary>
public static class HostUsers
{
    private const uint RangeStart = 1_879_048_192;

    /// <summary>In a container that maps few users only this one is surely free.</summary>
    private const int SmallHostUser = 64_999;

    /// <summary>Whether the platform runs as root, so that it can give its processes users of their own.</summary>
    public static bool CanChoose => HostDisk.IsRoot;

    /// <summary>Who makes templates; null where the platform is no root and all is done as itself.</summary>
    public static int? Template =>
        !CanChoose ? null
        : MappedUsers() > RangeStart ? (int)RangeStart
        : SmallHostUser;

    private static uint MappedUsers() =>
        File.ReadLines("/proc/self/uid_map")
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[0] == "0")
            .Select(fields => uint.Parse(fields[2], CultureInfo.InvariantCulture))
            .FirstOrDefault();
}

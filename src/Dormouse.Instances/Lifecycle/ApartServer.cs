using Dormouse.Contracts;

namespace Dormouse.Instances.Lifecycle;

/// <summary>A server that runs for a purpose of the platform's and not for users.</summary>
/// <param name="ImageDigest">The image on which it runs.</param>
/// <param name="DataPath">Its data directory; it runs in nobody else's.</param>
/// <param name="SocketFolder">Takes its socket.</param>
/// <param name="LockPath">The lock that all its processes hold.</param>
/// <param name="GroupName">Of its resource group.</param>
/// <param name="Uid">Whose data it is; null: the platform's.</param>
/// <param name="Size">Gives it settings and limits.</param>
/// <param name="Settings">Beside those of every instance, such as <c>autovacuum=off</c>; they win.</param>
internal sealed record ApartServer(
    string ImageDigest,
    string DataPath,
    string SocketFolder,
    string LockPath,
    string GroupName,
    int? Uid,
    InstanceSize Size,
    IReadOnlyList<string> Settings
);

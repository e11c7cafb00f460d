using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Instances.Resources;

namespace Dormouse.Instances.Tests.Resources;

/// <summary>What the kernel says of an instance's control group, wherever it is mounted.</summary>
internal static class GroupFile
{
    /// <param name="id">Of which database.</param>
    /// <param name="names">What the file is called in one version or the other.</param>
    /// <returns>Null where there is no such file.</returns>
    public static long? Read(DatabaseId id, params string[] names) =>
        CgroupMount
            .All()
            .SelectMany(mount => mount.Parents())
            .Where(Directory.Exists)
            .SelectMany(parent => Directory.EnumerateDirectories(parent, "dormouse-*"))
            .SelectMany(folder => names.Select(name => Path.Combine(folder, id.ToString(), name)))
            .Where(File.Exists)
            .Select(file => (long?)long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture))
            .FirstOrDefault();
}

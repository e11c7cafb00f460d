namespace Dormouse.Instances.Host;

/// <summary>
/// Removes a folder that others find by its name: first the name goes, by one rename, so that nobody finds half of it. What a crash left is removed by the
/// next <see cref="Sweep"/>.
/// </summary>
internal static class FolderRemoval
{
    private const string Prefix = ".removing-";

    public static void Remove(string path)
    {
        string parent = Path.GetDirectoryName(path)!;
        string removing = Path.Combine(parent, Prefix + Path.GetFileName(path));
        Directory.Move(path, removing);
        // Or a power failure could bring the name back with a part of the content.
        HostDisk.Flush(parent);
        Directory.Delete(removing, recursive: true);
    }

    public static void Sweep(string parent)
    {
        foreach (string left in Directory.GetDirectories(parent, Prefix + "*"))
        {
            Directory.Delete(left, recursive: true);
        }
    }
}

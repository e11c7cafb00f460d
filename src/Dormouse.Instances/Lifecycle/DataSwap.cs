using Dormouse.Instances.Host;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// Puts another data directory in the place of an instance's own, so that after a crash at any point the one or the other is there, whole.
/// The new one is filled as <c>data.restoring</c>. The swap: 1. <c>data</c> becomes <c>data.replaced</c>; 2. <c>data.restoring</c> becomes <c>data</c>;
/// 3. the record says that secrets were set once a server has run on it; 4. <c>data.replaced</c> goes. Before 3 the next start of the platform undoes,
/// after it it finishes. Only while the instance has no processes.
/// </summary>
internal static class DataSwap
{
    public static void SwapIn(InstanceFolder folder)
    {
        Directory.Move(folder.DataPath, folder.ReplacedPath);
        Directory.Move(folder.RestoringPath, folder.DataPath);
        HostDisk.Flush(folder.Path);
    }

    /// <summary>However far it came.</summary>
    public static void Undo(InstanceFolder folder)
    {
        if (!Directory.Exists(folder.ReplacedPath))
        {
            return;
        }
        if (Directory.Exists(folder.DataPath))
        {
            Directory.Move(folder.DataPath, folder.RestoringPath);
        }
        Directory.Move(folder.ReplacedPath, folder.DataPath);
        HostDisk.Flush(folder.Path);
        RemoveRestoring(folder);
    }

    public static void Finish(InstanceFolder folder)
    {
        if (Directory.Exists(folder.ReplacedPath))
        {
            Directory.Delete(folder.ReplacedPath, recursive: true);
        }
    }

    public static void RemoveRestoring(InstanceFolder folder)
    {
        if (Directory.Exists(folder.RestoringPath))
        {
            Directory.Delete(folder.RestoringPath, recursive: true);
        }
    }

    /// <summary>At the start of the platform, before anything is made of the folder: the swap was cut short between its two renames.</summary>
    public static void RepairNames(InstanceFolder folder)
    {
        if (!folder.HasData && Directory.Exists(folder.ReplacedPath))
        {
            Directory.Move(folder.ReplacedPath, folder.DataPath);
        }
    }

    /// <summary>At the start of the platform, once the instance has no processes, or only such as ran on since the swap was done.</summary>
    /// <returns>Whether there was anything to do.</returns>
    public static bool Recover(InstanceFolder folder, InstanceRecord record)
    {
        bool isCutShort = Directory.Exists(folder.ReplacedPath);
        if (isCutShort && record.SecretsSet)
        {
            Finish(folder);
        }
        else if (isCutShort)
        {
            Undo(folder);
        }
        RemoveRestoring(folder);
        return isCutShort;
    }
}

using Dormouse.Instances.Host;
using Dormouse.Instances.Templates;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// Moves an instance to a data directory of another major version and keeps the one from before, so that after a crash at any point the one or the other is
/// in place, whole, with its image in the record.
/// The upgrade: 1. the record says <see cref="InstanceRecord.UpgradingTo"/>; 2. <c>data.upgrading</c> is filled and flushed, while <c>data</c> is only read;
/// 3. <c>data</c> becomes <c>data.previous</c>; 4. <c>data.upgrading</c> becomes <c>data</c>; 5. the record says the new image and
/// <see cref="InstanceRecord.PreviousImage"/>. The way back: 1. <c>data</c> becomes <c>data.abandoned</c>; 2. <c>data.previous</c> becomes <c>data</c>;
/// 3. the record says the old image; 4. <c>data.abandoned</c> goes. The confirmation: 1. the record names no previous image; 2. <c>data.previous</c> goes.
/// Only while the instance has no processes, but for the confirmation.
/// </summary>
internal static class DataUpgrade
{
    public static InstanceRecord Begun(InstanceRecord before, string toImage) => before with { UpgradingTo = toImage };

    public static void SwapIn(InstanceFolder folder)
    {
        Directory.Move(folder.DataPath, folder.PreviousPath);
        Directory.Move(folder.UpgradingPath, folder.DataPath);
        HostDisk.Flush(folder.Path);
    }

    /// <summary>However far it came.</summary>
    public static void UndoSwapIn(InstanceFolder folder)
    {
        if (Directory.Exists(folder.PreviousPath))
        {
            if (folder.HasData)
            {
                Directory.Move(folder.DataPath, folder.UpgradingPath);
            }
            Directory.Move(folder.PreviousPath, folder.DataPath);
            HostDisk.Flush(folder.Path);
        }
        RemoveUpgrading(folder);
    }

    public static void SwapBack(InstanceFolder folder)
    {
        Directory.Move(folder.DataPath, folder.AbandonedPath);
        Directory.Move(folder.PreviousPath, folder.DataPath);
        HostDisk.Flush(folder.Path);
    }

    /// <summary>However far it came.</summary>
    public static void UndoSwapBack(InstanceFolder folder)
    {
        if (Directory.Exists(folder.AbandonedPath))
        {
            if (folder.HasData)
            {
                Directory.Move(folder.DataPath, folder.PreviousPath);
            }
            Directory.Move(folder.AbandonedPath, folder.DataPath);
            HostDisk.Flush(folder.Path);
        }
    }

    public static InstanceRecord WentBack(InstanceRecord before) =>
        before with
        {
            ImageDigest = before.PreviousImage!,
            PostgresVersion = before.PreviousVersion,
            PreviousImage = null,
            PreviousVersion = null,
            SecretsSet = true,
        };

    public static InstanceRecord Confirmed(InstanceRecord before) => before with { PreviousImage = null, PreviousVersion = null };

    public static void RemovePrevious(InstanceFolder folder) => Remove(folder.PreviousPath);

    public static void RemoveAbandoned(InstanceFolder folder) => Remove(folder.AbandonedPath);

    /// <summary>At the start of the platform, before anything is made of the folder: either way was cut short between its two renames.</summary>
    public static void RepairNames(InstanceFolder folder)
    {
        if (!folder.HasData && Directory.Exists(folder.PreviousPath))
        {
            Directory.Move(folder.PreviousPath, folder.DataPath);
        }
    }

    /// <summary>At the start of the platform, after <see cref="RepairNames"/> and once no process of an upgrade is left.</summary>
    /// <returns>The record as it is now true; the same object if nothing was cut short. The caller writes it before <see cref="Sweep"/>.</returns>
    public static InstanceRecord Recover(InstanceFolder folder, InstanceRecord record)
    {
        bool hasPrevious = Directory.Exists(folder.PreviousPath);
        return record switch
        {
            { UpgradingTo: { } image } when hasPrevious => record with
            {
                ImageDigest = image,
                PostgresVersion = null,
                PreviousImage = record.ImageDigest,
                PreviousVersion = record.PostgresVersion,
                UpgradingTo = null,
                // Which passwords the new data has is not known any more: the first start tries both.
                SecretsSet = false,
            },
            { UpgradingTo: not null } => record with { UpgradingTo = null },
            { PreviousImage: not null } when !hasPrevious => WentBack(record),
            _ => record,
        };
    }

    /// <summary>Removes what the record says is not needed.</summary>
    public static void Sweep(InstanceFolder folder, InstanceRecord record)
    {
        RemoveUpgrading(folder);
        Remove(folder.AbandonedPath);
        if (record.PreviousImage is null)
        {
            Remove(folder.PreviousPath);
        }
        RemoveApart(folder);
    }

    /// <summary>What the servers of an upgrade had beside their data.</summary>
    public static void RemoveApart(InstanceFolder folder)
    {
        foreach (string sockets in folder.ApartSocketFolders)
        {
            Remove(sockets);
        }
        File.Delete(folder.UpgradingLockPath);
    }

    public static void RemoveUpgrading(InstanceFolder folder)
    {
        Remove(folder.UpgradingPath + TemplateStore.CloningSuffix);
        Remove(folder.UpgradingPath);
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}

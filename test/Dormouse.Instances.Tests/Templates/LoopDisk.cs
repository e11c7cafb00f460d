using Dormouse.Instances.Host;
using Dormouse.Testing.Processes;

namespace Dormouse.Instances.Tests.Templates;

/// <summary>A file system with reflinks in a file, mounted at a folder. Unmounted at disposal.</summary>
internal sealed class LoopDisk : IAsyncDisposable
{
    // XFS takes no less than 300 MiB. The file is sparse, so it costs what is written.
    private const long Bytes = 1L << 30;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // Otherwise XFS keeps 128 KiB free around each page of a shared file that is written, for half an hour, and counts them as used.
    private const string CowHint = "cowextsize=1";

    private readonly string folder;
    private readonly string image;

    private LoopDisk(string folder, string image)
    {
        this.folder = folder;
        this.image = image;
    }

    public static bool CanBeMade => Maker is not null;

    /// <summary>What is written, waiting writes included.</summary>
    public long UsedBytes
    {
        get
        {
            HostDisk.FlushFileSystem(folder);
            var drive = new DriveInfo(folder);
            return drive.TotalSize - drive.TotalFreeSpace;
        }
    }

    private static string[]? Maker =>
        HostCommand.Find("mkfs.xfs") is { } xfs ? [xfs, "-q", "-m", "reflink=1", "-d", CowHint]
        : HostCommand.Find("mkfs.btrfs") is { } btrfs ? [btrfs, "-q"]
        : null;

    /// <summary>Null where this user may not mount.</summary>
    public static async Task<LoopDisk?> TryMountAsync(string folder)
    {
        string[] maker = Maker!;
        string image = Path.Combine(Path.GetTempPath(), $"dm-disk-{Guid.NewGuid():n}");
        await using (FileStream file = File.Create(image))
        {
            file.SetLength(Bytes);
        }
        (await ProcessRun.OfAsync(maker[0], [.. maker[1..], image], Limit, CancellationToken.None)).Succeeded();
        ProcessRun mounted = await ProcessRun.OfAsync("mount", ["-o", "loop", image, folder], Limit, CancellationToken.None);
        if (mounted.ExitCode != 0)
        {
            File.Delete(image);
            return null;
        }
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return new LoopDisk(folder, image);
    }

    public async ValueTask DisposeAsync()
    {
        // Lazily: a process that is just ending may still hold a file.
        (await ProcessRun.OfAsync("umount", ["--lazy", folder], Limit, CancellationToken.None)).Succeeded();
        File.Delete(image);
    }
}

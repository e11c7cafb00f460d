using Dormouse.Testing.Processes;

namespace Dormouse.Instances.Tests.Soak;

/// <summary>A file system of a few megabytes at a folder, and a file on it that takes what is left. Unmounted at disposal.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const int PieceBytes = 64 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly string folder;

    private SmallDisk(string folder) => this.folder = folder;

    private string Ballast => Path.Combine(folder, "ballast");

    public long FreeBytes => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Null where this user may not mount.</summary>
    public static async Task<SmallDisk?> TryMountAsync(string folder, int mebibytes)
    {
        ProcessRun mounted = await ProcessRun.OfAsync(
            "mount",
            ["-t", "tmpfs", "-o", $"size={mebibytes}m,mode=755", "tmpfs", folder],
            Limit,
            CancellationToken.None
        );
        return mounted.ExitCode == 0 ? new SmallDisk(folder) : null;
    }

    /// <summary>Takes all space but so much.</summary>
    public void FillBut(long bytes)
    {
        using var ballast = new FileStream(Ballast, FileMode.Append);
        var piece = new byte[PieceBytes];
        while (FreeBytes > bytes + PieceBytes)
        {
            ballast.Write(piece);
            ballast.Flush();
        }
    }

    public void Relieve() => File.Delete(Ballast);

    public async ValueTask DisposeAsync() =>
        // Lazily: a process that is just ending may still hold a file.
        (await ProcessRun.OfAsync("umount", ["--lazy", folder], Limit, CancellationToken.None)).Succeeded();
}

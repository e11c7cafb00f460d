using Microsoft.Win32.SafeHandles;

namespace Dormouse.Instances.Backups;

/// <summary>What takes a copy of a data directory. Paths are relative, with '/' between names.</summary>
internal interface ICopyTarget
{
    Task AddFolderAsync(string path, CancellationToken cancellationToken);

    /// <summary>Takes a file that may be written to at the same time: what is torn, the log mends.</summary>
    Task AddFileAsync(string path, SafeFileHandle file, CancellationToken cancellationToken);

    Task AddBytesAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);
}

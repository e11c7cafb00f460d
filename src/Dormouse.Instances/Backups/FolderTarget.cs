using System.Buffers;
using Dormouse.Instances.Host;
using Microsoft.Win32.SafeHandles;

namespace Dormouse.Instances.Backups;

/// <summary>A data directory that is being made. Files share their blocks with the original where the file system can.</summary>
internal sealed class FolderTarget : ICopyTarget
{
    private const int BufferBytes = 1 << 20;
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    private readonly string root;

    /// <param name="root">A folder that is not there yet.</param>
    public FolderTarget(string root)
    {
        this.root = root;
        Directory.CreateDirectory(root, FolderMode700);
    }

    public Task AddFolderAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Inside(path), FolderMode700);
        return Task.CompletedTask;
    }

    public async Task AddFileAsync(string path, SafeFileHandle file, CancellationToken cancellationToken)
    {
        using SafeFileHandle copy = Create(path);
        if (HostDisk.TryClone(file, copy))
        {
            return;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int count;
            for (
                long position = 0;
                (count = await RandomAccess.ReadAsync(file, buffer, position, cancellationToken)) > 0;
                position += count
            )
            {
                await RandomAccess.WriteAsync(copy, buffer.AsMemory(0, count), position, cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async Task AddBytesAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using SafeFileHandle copy = Create(path);
        await RandomAccess.WriteAsync(copy, content, 0, cancellationToken);
    }

    public async Task AddStreamAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        using var file = new FileStream(Create(path), FileAccess.Write, bufferSize: 0);
        await content.CopyToAsync(file, BufferBytes, cancellationToken);
    }

    private SafeFileHandle Create(string path)
    {
        string full = Inside(path);
        SafeFileHandle handle = File.OpenHandle(full, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        File.SetUnixFileMode(handle, FileMode600);
        return handle;
    }

    /// <exception cref="InvalidDataException">The path leads out of the folder.</exception>
    private string Inside(string path)
    {
        bool isPlain = path.Length > 0 && path.Split('/').All(name => name.Length > 0 && name is not ("." or "..") && !name.Contains('\0'));
        return isPlain ? Path.Combine(root, path) : throw new InvalidDataException($"'{path}' leads out of the data directory.");
    }
}

using System.Formats.Tar;
using Microsoft.Win32.SafeHandles;

namespace Dormouse.Instances.Backups.Format;

/// <summary>Writes a data directory into a tar archive.</summary>
internal sealed class ArchiveTarget(Stream output) : ICopyTarget, IAsyncDisposable
{
    private readonly TarWriter archive = new(output, TarEntryFormat.Ustar, leaveOpen: true);

    public Task AddFolderAsync(string path, CancellationToken cancellationToken) =>
        archive.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, path), cancellationToken);

    public Task AddFileAsync(string path, SafeFileHandle file, CancellationToken cancellationToken) =>
        AddAsync(path, new FixedLengthFile(file, RandomAccess.GetLength(file)), cancellationToken);

    public Task AddBytesAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        AddAsync(path, new MemoryStream(content.ToArray()), cancellationToken);

    public ValueTask DisposeAsync() => archive.DisposeAsync();

    private async Task AddAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        await using (content)
        {
            await archive.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = content }, cancellationToken);
        }
    }

    /// <summary>Reads the archive back, to its very end.</summary>
    /// <exception cref="InvalidDataException">There is in it what no backup holds.</exception>
    public static async Task ExtractAsync(Stream input, FolderTarget target, CancellationToken cancellationToken)
    {
        await using var archive = new TarReader(input, leaveOpen: true);
        while (await archive.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            string path = entry.Name.TrimEnd('/');
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    await target.AddFolderAsync(path, cancellationToken);
                    break;
                case TarEntryType.RegularFile:
                    await target.AddStreamAsync(path, entry.DataStream ?? Stream.Null, cancellationToken);
                    break;
                default:
                    throw new InvalidDataException($"'{path}' is neither file nor folder.");
            }
        }
    }

    /// <summary>
    /// A file as long as it was when it was opened, since an archive says the length first: what grows meanwhile is cut, what shrinks is
    /// filled with zeros. The log mends both.
    /// </summary>
    private sealed class FixedLengthFile(SafeFileHandle file, long length) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get; set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Memory<byte> wanted = buffer[..(int)Math.Min(buffer.Length, length - Position)];
            int count = wanted.Length == 0 ? 0 : await RandomAccess.ReadAsync(file, wanted, Position, cancellationToken);
            if (count == 0)
            {
                wanted.Span.Clear();
                count = wanted.Length;
            }
            Position += count;
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reads are asynchronous.");

        public override void Flush() { }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) =>
            Position = origin switch
            {
                SeekOrigin.Begin => offset,
                SeekOrigin.Current => Position + offset,
                _ => length + offset,
            };

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

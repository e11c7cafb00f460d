using System.Security.Cryptography;
using System.Text;
using Dormouse.Contracts;
using Microsoft.Win32.SafeHandles;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>
/// A file of one database: <c>magic (8) | salt (32)</c>, then records, each <c>head (80 + tag) | body (length + tag)</c>. Only appended
/// to, by the process that made it; deleted as a whole. Heads and bodies are sealed by themselves, so that a start reads heads alone.
/// </summary>
internal sealed class Segment : IDisposable
{
    public const int HeadBytes = RecordHead.Size + SegmentCipher.TagBytes;
    public const int HeaderBytes = 8 + SegmentCipher.SaltBytes;
    private const int BlockBytes = 4096;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string path;
    private readonly SegmentCipher cipher;
    private FileStream? writing;

    private Segment(string path, SegmentCipher cipher, long length)
    {
        this.path = path;
        this.cipher = cipher;
        Length = length;
    }

    private static ReadOnlySpan<byte> Magic => "DMCACHE1"u8;

    public string Path => path;

    public long Length { get; private set; }

    /// <summary>What the file takes of the disk.</summary>
    public long Bytes => BytesOf(Length);

    /// <summary>The keys of its answers, so that they are found when it goes.</summary>
    public List<CacheKey> Keys { get; } = [];

    /// <summary>The smallest clock of an answer in it.</summary>
    public long FirstClock { get; set; } = long.MaxValue;

    /// <summary>Whether it was deleted. Who still reads it finds nothing.</summary>
    public bool IsGone { get; private set; }

    public static long BytesOf(long length) => (length + BlockBytes - 1) / BlockBytes * BlockBytes;

    public static int RecordBytes(int bodyBytes) => HeadBytes + bodyBytes + SegmentCipher.TagBytes;

    public static Segment Create(string path, byte[] tierKey, DatabaseId database)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SegmentCipher.SaltBytes);
        var segment = new Segment(path, CipherOf(tierKey, salt, database), HeaderBytes)
        {
            // Nothing is buffered here: what was written is the kernel's, and outlasts the process.
            writing = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.Write,
                    Share = FileShare.Read,
                    BufferSize = 0,
                    UnixCreateMode = OwnerOnly,
                }
            ),
        };
        segment.writing.Write([.. Magic, .. salt]);
        return segment;
    }

    /// <summary>Appends a record.</summary>
    /// <returns>Its place.</returns>
    public int Append(in RecordHead head, ReadOnlySpan<byte> body)
    {
        var place = (int)Length;
        var record = new byte[RecordBytes(body.Length)];
        Span<byte> clear = stackalloc byte[RecordHead.Size];
        head.Write(clear);
        cipher.Seal(clear, record, 2L * place);
        cipher.Seal(body, record.AsSpan(HeadBytes), (2L * place) + 1);
        (writing ?? throw new InvalidOperationException("The segment is not open.")).Write(record);
        Length += record.Length;
        return place;
    }

    /// <summary>Reads a record; null where it is not what was written, or the file is gone.</summary>
    public (RecordHead Head, byte[] Body)? Read(int place, int bodyBytes)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            var record = new byte[RecordBytes(bodyBytes)];
            var body = new byte[bodyBytes];
            return
                Fill(file, record, place)
                && TryReadHead(record.AsSpan(0, HeadBytes), place, out RecordHead head)
                && head.BodyBytes == bodyBytes
                && cipher.TryOpen(record.AsSpan(HeadBytes), body, (2L * place) + 1)
                ? (head, body)
                : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the heads of a file of an earlier run, and the bodies of what makes others void.</summary>
    /// <returns>Null where it is not, to its last byte, what was written: then it is not known what else it said.</returns>
    public static Segment? Scan(string path, byte[] tierKey, DatabaseId database, Action<Segment, int, RecordHead, string> take)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        long length = RandomAccess.GetLength(file);
        var header = new byte[HeaderBytes];
        if (length > int.MaxValue || !Fill(file, header, 0) || !header.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            return null;
        }
        var segment = new Segment(path, CipherOf(tierKey, header.AsSpan(Magic.Length), database), HeaderBytes);
        var sealedHead = new byte[HeadBytes];
        while (segment.Length < length)
        {
            var place = (int)segment.Length;
            if (
                !Fill(file, sealedHead, place)
                || !segment.TryReadHead(sealedHead, place, out RecordHead head)
                || place + (long)RecordBytes(head.BodyBytes) > length
            )
            {
                return null;
            }
            var text = "";
            if (head.Kind == RecordKind.Void)
            {
                if (segment.Read(place, head.BodyBytes) is not { } record)
                {
                    return null;
                }
                text = Encoding.UTF8.GetString(record.Body);
            }
            segment.Length += RecordBytes(head.BodyBytes);
            take(segment, place, head, text);
        }
        return segment;
    }

    /// <summary>Makes what was written outlast the machine.</summary>
    public void Flush()
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>No more is appended.</summary>
    public void Close()
    {
        writing?.Dispose();
        writing = null;
    }

    public void Delete()
    {
        IsGone = true;
        Close();
        File.Delete(path);
    }

    public void Dispose() => Close();

    private static SegmentCipher CipherOf(byte[] tierKey, ReadOnlySpan<byte> salt, DatabaseId database) =>
        new(tierKey, salt, Encoding.ASCII.GetBytes(database.ToString()));

    private bool TryReadHead(ReadOnlySpan<byte> sealedHead, int place, out RecordHead head)
    {
        Span<byte> clear = stackalloc byte[RecordHead.Size];
        bool isWhole = cipher.TryOpen(sealedHead, clear, 2L * place);
        head = isWhole ? RecordHead.Read(clear) : default;
        return isWhole;
    }

    private static bool Fill(SafeFileHandle file, Span<byte> buffer, long place)
    {
        while (buffer.Length > 0)
        {
            int read = RandomAccess.Read(file, buffer, place);
            if (read == 0)
            {
                return false;
            }
            buffer = buffer[read..];
            place += read;
        }
        return true;
    }
}

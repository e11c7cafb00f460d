using System.Buffers.Binary;
using System.Text;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>
/// Up to which revision of the origin's log the files are good, and the mark that this revision has in that log and in no other. One
/// small sealed record, written over; what is torn or of another tier is none.
/// </summary>
internal readonly record struct DiskRevision(long Revision, string Mark)
{
    private const string FileName = "revision";
    private const int MarkBytes = 64;
    private const int ClearBytes = 16 + MarkBytes;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <param name="folder">The tier's.</param>
    /// <param name="tierKey">The tier's.</param>
    public void Write(string folder, byte[] tierKey)
    {
        Span<byte> clear = stackalloc byte[ClearBytes];
        clear.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(clear, Revision);
        int length = Encoding.UTF8.GetByteCount(Mark);
        if (length > MarkBytes)
        {
            throw new ArgumentException("The mark of a revision is too long.");
        }
        BinaryPrimitives.WriteInt32LittleEndian(clear[8..], length);
        Encoding.UTF8.GetBytes(Mark, clear[16..]);
        // A salt of its own each time, so that a nonce does not come twice.
        byte[] salt = System.Security.Cryptography.RandomNumberGenerator.GetBytes(SegmentCipher.SaltBytes);
        var record = new byte[SegmentCipher.SaltBytes + ClearBytes + SegmentCipher.TagBytes];
        salt.CopyTo(record, 0);
        CipherOf(tierKey, salt).Seal(clear, record.AsSpan(SegmentCipher.SaltBytes), 0);
        using var file = File.OpenHandle(PathIn(folder), FileMode.OpenOrCreate, FileAccess.Write);
        File.SetUnixFileMode(file, OwnerOnly);
        RandomAccess.Write(file, record, 0);
    }

    public static DiskRevision? Read(string folder, byte[] tierKey)
    {
        try
        {
            byte[] record = File.ReadAllBytes(PathIn(folder));
            Span<byte> clear = stackalloc byte[ClearBytes];
            if (
                record.Length != SegmentCipher.SaltBytes + ClearBytes + SegmentCipher.TagBytes
                || !CipherOf(tierKey, record.AsSpan(0, SegmentCipher.SaltBytes)).TryOpen(record.AsSpan(SegmentCipher.SaltBytes), clear, 0)
            )
            {
                return null;
            }
            int length = BinaryPrimitives.ReadInt32LittleEndian(clear[8..]);
            return new DiskRevision(BinaryPrimitives.ReadInt64LittleEndian(clear), Encoding.UTF8.GetString(clear.Slice(16, length)));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static SegmentCipher CipherOf(byte[] tierKey, ReadOnlySpan<byte> salt) => new(tierKey, salt, "revision"u8.ToArray());
}

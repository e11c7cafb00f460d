using System.Buffers.Binary;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>What a record of a segment is.</summary>
internal enum RecordKind : byte
{
    /// <summary>An answer; the body is its JSON.</summary>
    Answer = 1,

    /// <summary>Tags, with commas between them: what is before this record and has one of them is void.</summary>
    Void = 2,
}

/// <summary>A record without its body.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="BodyBytes">The body's length, in clear.</param>
/// <param name="Key">Of an answer.</param>
/// <param name="AskedAtWall">When an answer's query was begun, by the wall clock, in 100 ns since 0001.</param>
/// <param name="AskedAtMonotonic">The same by the monotonic clock of that run of the machine, in 100 ns.</param>
/// <param name="KeepUntilWall">From when on nobody takes it.</param>
/// <param name="OriginTicks">How long the database took.</param>
/// <param name="LastModified">What the header says, in seconds since 1970.</param>
internal readonly record struct RecordHead(
    RecordKind Kind,
    int BodyBytes,
    CacheKey Key,
    long AskedAtWall,
    long AskedAtMonotonic,
    long KeepUntilWall,
    long OriginTicks,
    long LastModified
)
{
    public const int Size = 8 + CacheKey.Size + (5 * sizeof(long));

    public void Write(Span<byte> to)
    {
        to[..8].Clear();
        to[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], BodyBytes);
        Key.CopyTo(to[8..]);
        Span<byte> rest = to[(8 + CacheKey.Size)..];
        ReadOnlySpan<long> numbers = [AskedAtWall, AskedAtMonotonic, KeepUntilWall, OriginTicks, LastModified];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(rest[(i * sizeof(long))..], numbers[i]);
        }
    }

    public static RecordHead Read(ReadOnlySpan<byte> from)
    {
        ReadOnlySpan<byte> rest = from[(8 + CacheKey.Size)..];
        return new RecordHead(
            (RecordKind)from[0],
            BinaryPrimitives.ReadInt32LittleEndian(from[4..]),
            CacheKey.Read(from[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(rest),
            BinaryPrimitives.ReadInt64LittleEndian(rest[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(rest[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(rest[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(rest[32..])
        );
    }
}

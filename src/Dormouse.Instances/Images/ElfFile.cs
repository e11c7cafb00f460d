using System.Buffers.Binary;
using System.Text;

namespace Dormouse.Instances.Images;

/// <summary>
/// What the dynamic loader would read of a 64-bit little-endian ELF file: which libraries it needs, where it looks for them, and its
/// interpreter. Nothing is run, so files of other machines and systems can be read.
/// </summary>
internal sealed record ElfFile(IReadOnlyList<string> Needed, IReadOnlyList<string> RunPath, string? Interpreter)
{
    private const int HeaderBytes = 64;
    private const int SegmentHeaderBytes = 56;
    private const uint SegmentLoad = 1;
    private const uint SegmentDynamic = 2;
    private const uint SegmentInterpreter = 3;
    private const long TagNeeded = 1;
    private const long TagStringTable = 5;
    private const long TagRunPathOld = 15;
    private const long TagRunPath = 29;

    /// <summary>Bounds what a damaged file can make us read.</summary>
    private const int SectionBytesMax = 16 * 1024 * 1024;

    /// <summary>Null when the file is no ELF file of this kind.</summary>
    public static ElfFile? TryRead(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !IsElf(header))
        {
            return null;
        }
        List<Segment> segments = ReadSegments(file, header);
        string? interpreter = segments.Find(segment => segment.Type == SegmentInterpreter) is { } named
            ? Encoding.UTF8.GetString(ReadAt(file, named.Offset, named.Size)).TrimEnd('\0')
            : null;
        if (segments.Find(segment => segment.Type == SegmentDynamic) is not { } dynamic)
        {
            return new ElfFile([], [], interpreter);
        }
        return ReadDynamic(file, segments, dynamic, interpreter);
    }

    private static bool IsElf(ReadOnlySpan<byte> header) =>
        header.StartsWith((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F']) && header[4] == 2 && header[5] == 1;

    private static List<Segment> ReadSegments(FileStream file, ReadOnlySpan<byte> header)
    {
        long offset = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        byte[] table = ReadAt(file, offset, count * SegmentHeaderBytes);
        var segments = new List<Segment>(count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = table.AsSpan(i * SegmentHeaderBytes, SegmentHeaderBytes);
            segments.Add(
                new Segment(
                    BinaryPrimitives.ReadUInt32LittleEndian(entry),
                    BinaryPrimitives.ReadInt64LittleEndian(entry[8..]),
                    BinaryPrimitives.ReadInt64LittleEndian(entry[16..]),
                    BinaryPrimitives.ReadInt64LittleEndian(entry[32..])
                )
            );
        }
        return segments;
    }

    private static ElfFile ReadDynamic(FileStream file, List<Segment> segments, Segment dynamic, string? interpreter)
    {
        byte[] table = ReadAt(file, dynamic.Offset, dynamic.Size);
        var needed = new List<long>();
        var runPaths = new List<long>();
        long stringsAddress = 0;
        for (int at = 0; at + 16 <= table.Length; at += 16)
        {
            long tag = BinaryPrimitives.ReadInt64LittleEndian(table.AsSpan(at));
            long value = BinaryPrimitives.ReadInt64LittleEndian(table.AsSpan(at + 8));
            switch (tag)
            {
                case TagNeeded:
                    needed.Add(value);
                    break;
                case TagRunPath or TagRunPathOld:
                    runPaths.Add(value);
                    break;
                case TagStringTable:
                    stringsAddress = value;
                    break;
            }
        }
        Segment holder = segments.First(segment =>
            segment.Type == SegmentLoad && stringsAddress >= segment.Address && stringsAddress < segment.Address + segment.Size
        );
        long strings = stringsAddress - holder.Address + holder.Offset;
        return new ElfFile(
            needed.ConvertAll(offset => ReadString(file, strings + offset)),
            runPaths.SelectMany(offset => ReadString(file, strings + offset).Split(':', StringSplitOptions.RemoveEmptyEntries)).ToList(),
            interpreter
        );
    }

    private static byte[] ReadAt(FileStream file, long offset, long size)
    {
        if (size is < 0 or > SectionBytesMax)
        {
            throw new InvalidDataException($"'{file.Name}' names a part of {size} bytes: it is damaged.");
        }
        var buffer = new byte[size];
        file.Position = offset;
        file.ReadExactly(buffer);
        return buffer;
    }

    private static string ReadString(FileStream file, long offset)
    {
        var bytes = new List<byte>();
        file.Position = offset;
        int next;
        while ((next = file.ReadByte()) > 0)
        {
            bytes.Add((byte)next);
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private sealed record Segment(uint Type, long Offset, long Address, long Size);
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Dormouse.Instances.Templates;

/// <summary>
/// The checksum of a page of a data file: thirty-two FNV-1a-like hashes side by side over the page's words, with the checksum's own place as zero, folded
/// and mixed with the page's number (PostgreSQL's <c>storage/checksum.h</c>). Data files are of the machine's byte order, which is little-endian wherever
/// .NET runs.
/// </summary>
internal static class DataPage
{
    public const int Bytes = 8192;

    private const int ChecksumOffset = 8;
    private const int Lanes = 32;
    private const uint Prime = 16777619;
    private const int LastRounds = 2;

    private static ReadOnlySpan<uint> Beginnings =>
        [
            0x5B1F36E9,
            0xB8525960,
            0x02AB50AA,
            0x1DE66D2A,
            0x79FF467A,
            0x9BB9F8A3,
            0x217E7CD2,
            0x83E13D2C,
            0xF8D4474F,
            0xE39EB970,
            0x42C6AE16,
            0x993216FA,
            0x7B093B5D,
            0x98DAFF3C,
            0xF718902A,
            0x0B1C9CDB,
            0xE58F764B,
            0x187636BC,
            0x5D7B3BB1,
            0xE73DE7DE,
            0x92BEC979,
            0xCCA6C0B2,
            0x304A0979,
            0x85AA43D4,
            0x783125BB,
            0x6CA8EAA2,
            0xE407EAC6,
            0x4B5CFC3E,
            0x9FBF8C76,
            0x15CA20BE,
            0xF2CA9FD3,
            0x959BD756,
        ];

    /// <summary>What stands in the page; zero where the data directory has no checksums.</summary>
    public static ushort StoredChecksum(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt16LittleEndian(page[ChecksumOffset..]);

    public static void StoreChecksum(Span<byte> page, uint number) =>
        BinaryPrimitives.WriteUInt16LittleEndian(page[ChecksumOffset..], Checksum(page, number));

    /// <summary>What should stand there; never zero.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> page, uint number)
    {
        Span<uint> sums = stackalloc uint[Lanes];
        Beginnings.CopyTo(sums);
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(page);
        for (int i = 0; i < words.Length; i++)
        {
            uint word = i == ChecksumOffset / sizeof(uint) ? words[i] & 0xFFFF0000 : words[i];
            Mix(ref sums[i % Lanes], word);
        }
        uint result = number;
        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int round = 0; round < LastRounds; round++)
            {
                Mix(ref sums[lane], 0);
            }
            result ^= sums[lane];
        }
        return (ushort)((result % 65535) + 1);
    }

    private static void Mix(ref uint sum, uint word)
    {
        uint mixed = sum ^ word;
        sum = (mixed * Prime) ^ (mixed >> 17);
    }
}

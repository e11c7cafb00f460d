using System.Buffers.Binary;
using System.Text;

namespace Dormouse.Instances.Swap;

/// <summary>
/// The first page of a swap device, as <c>mkswap</c> writes it and the kernel's <c>union swap_header</c> says. The identity in it tells whose the
/// device is, also after a crash.
/// </summary>
internal static class SwapHeader
{
    private const string Label = "dormouse";
    private const int InfoOffset = 1024; // Before it is room for a boot loader.
    private const int VersionOffset = InfoOffset;
    private const int LastPageOffset = InfoOffset + 4;
    private const int IdentityOffset = InfoOffset + 12;
    private const int IdentityBytes = 16;
    private const int LabelOffset = IdentityOffset + IdentityBytes;

    // The identity is the last of what is read back.
    private const int ReadBytes = IdentityOffset + IdentityBytes;

    private static ReadOnlySpan<byte> Magic => "SWAPSPACE2"u8;

    public static byte[] Page(long deviceBytes, Guid identity, int pageBytes)
    {
        byte[] page = new byte[pageBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(VersionOffset), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(LastPageOffset), checked((uint)((deviceBytes / pageBytes) - 1)));
        identity.TryWriteBytes(page.AsSpan(IdentityOffset), bigEndian: true, out _);
        Encoding.ASCII.GetBytes(Label, page.AsSpan(LabelOffset));
        Magic.CopyTo(page.AsSpan(pageBytes - Magic.Length));
        return page;
    }

    /// <summary>Empty for a device that nobody has written to.</summary>
    public static Guid IdentityOf(string devicePath)
    {
        if (!File.Exists(devicePath))
        {
            // Without a node nobody has written to it either.
            return Guid.Empty;
        }
        byte[] start = new byte[ReadBytes];
        using var stream = new FileStream(devicePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length
            ? Guid.Empty
            : new Guid(start.AsSpan(IdentityOffset, IdentityBytes), bigEndian: true);
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Dormouse.Edge.Limits;

/// <summary>What counts as one address: an address of IPv4, or the /64 of one of IPv6, which is the least that a customer gets.</summary>
internal readonly record struct ClientNetwork(ulong Bits, bool IsV4)
{
    private const int AddressBytes = 16;

    public static ClientNetwork Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        _ = address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes), true)
            : address.IsIPv4MappedToIPv6 ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), true)
            : new(BinaryPrimitives.ReadUInt64BigEndian(bytes), false);
    }
}

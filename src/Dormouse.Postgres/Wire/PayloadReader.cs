using System.Buffers.Binary;
using System.Text;

namespace Dormouse.Postgres.Wire;

/// <summary>Reads the fields of one message; what is not there is a protocol fault, never an overrun.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload)
{
    private ReadOnlySpan<byte> rest = payload;

    public readonly ReadOnlySpan<byte> Rest => rest;

    public byte ReadByte() => Take(1)[0];

    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    public string ReadCString() => Encoding.UTF8.GetString(ReadCStringBytes());

    public ReadOnlySpan<byte> ReadCStringBytes()
    {
        int length = rest.IndexOf((byte)0);
        if (length < 0)
        {
            throw WireFault.Protocol("a string has no end");
        }
        ReadOnlySpan<byte> text = rest[..length];
        rest = rest[(length + 1)..];
        return text;
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (rest.Length < bytes)
        {
            throw WireFault.Protocol("a message ends before its fields do");
        }
        ReadOnlySpan<byte> taken = rest[..bytes];
        rest = rest[bytes..];
        return taken;
    }
}

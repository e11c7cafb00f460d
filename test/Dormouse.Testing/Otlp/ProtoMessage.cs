using System.Buffers.Binary;
using System.Text;

namespace Dormouse.Testing.Otlp;

/// <summary>A message in protobuf's wire format, read without its schema: fields by their numbers.</summary>
public sealed class ProtoMessage
{
    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> fields = [];

    /// <exception cref="InvalidDataException">It is none.</exception>
    public ProtoMessage(ReadOnlyMemory<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; )
        {
            ulong key = ReadVarint(bytes.Span, ref at);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    fields.Add((number, ReadVarint(bytes.Span, ref at), default));
                    break;
                case 1:
                    fields.Add((number, BinaryPrimitives.ReadUInt64LittleEndian(Take(bytes, ref at, 8).Span), default));
                    break;
                case 2:
                    fields.Add((number, 0, Take(bytes, ref at, (int)ReadVarint(bytes.Span, ref at))));
                    break;
                case 5:
                    fields.Add((number, BinaryPrimitives.ReadUInt32LittleEndian(Take(bytes, ref at, 4).Span), default));
                    break;
                default:
                    throw new InvalidDataException($"Field {number} has no wire type of protobuf's.");
            }
        }
    }

    public IEnumerable<ProtoMessage> All(int number) => Bytes(number).Select(bytes => new ProtoMessage(bytes));

    public ProtoMessage One(int number) => All(number).Single();

    /// <summary>Zero where it is not there, as protobuf means it.</summary>
    public ulong Number(int number) => fields.LastOrDefault(field => field.Number == number).Value;

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number).LastOrDefault().Span);

    public string Hex(int number) => Convert.ToHexStringLower(Bytes(number).LastOrDefault().Span);

    private IEnumerable<ReadOnlyMemory<byte>> Bytes(int number) =>
        fields.Where(field => field.Number == number).Select(field => field.Bytes);

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> bytes, ref int at, int length)
    {
        if (length < 0 || length > bytes.Length - at)
        {
            throw new InvalidDataException("A field is longer than its message.");
        }
        ReadOnlyMemory<byte> taken = bytes.Slice(at, length);
        at += length;
        return taken;
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            byte part = at < bytes.Length ? bytes[at++] : throw new InvalidDataException("A number has no end.");
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
        throw new InvalidDataException("A number is longer than 64 bits.");
    }
}

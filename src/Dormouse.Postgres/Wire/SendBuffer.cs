using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Dormouse.Postgres.Wire;

/// <summary>
/// Collects the messages of one request, so that they leave in one send. The array is rented for the request and given back once
/// sent: an idle connection holds no buffer. Not thread-safe.
/// </summary>
internal sealed class SendBuffer(int bytesMax)
{
    private const int InitialBytes = 4 * 1024;

    private byte[] array = [];
    private int count;

    public ReadOnlyMemory<byte> Written => array.AsMemory(0, count);

    /// <summary>Forgets what was written and gives the array back.</summary>
    public void Release()
    {
        count = 0;
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
            array = [];
        }
    }

    /// <summary>Writes the type and leaves room for the length; hand the result to <see cref="EndMessage"/>.</summary>
    public int BeginMessage(byte type)
    {
        WriteByte(type);
        return Skip(sizeof(int));
    }

    public void EndMessage(int lengthAt) => PatchInt32(lengthAt, count - lengthAt);

    /// <summary>Leaves room for bytes that are known later and says where they go.</summary>
    public int Skip(int bytes)
    {
        int at = count;
        Reserve(bytes);
        count += bytes;
        return at;
    }

    public void PatchInt32(int at, int value) => BinaryPrimitives.WriteInt32BigEndian(array.AsSpan(at), value);

    public void WriteByte(byte value)
    {
        Reserve(1);
        array[count++] = value;
    }

    public void WriteUInt16(ushort value)
    {
        Reserve(sizeof(ushort));
        BinaryPrimitives.WriteUInt16BigEndian(array.AsSpan(count), value);
        count += sizeof(ushort);
    }

    public void WriteInt32(int value)
    {
        Reserve(sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(array.AsSpan(count), value);
        count += sizeof(int);
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(array.AsSpan(count));
        count += bytes.Length;
    }

    /// <summary>Encodes the text and returns its length in bytes.</summary>
    public int WriteUtf8(string text)
    {
        // Three bytes per UTF-16 unit bound it; only a long text is worth counting first.
        Reserve(text.Length <= InitialBytes ? text.Length * 3 : Encoding.UTF8.GetByteCount(text));
        int written = Encoding.UTF8.GetBytes(text, array.AsSpan(count));
        count += written;
        return written;
    }

    /// <summary>Writes a NUL-terminated string.</summary>
    /// <exception cref="ServerConnectionException">The text holds a NUL itself: it would end early and the rest be read as protocol.</exception>
    public void WriteCString(string text)
    {
        int at = count;
        int written = WriteUtf8(text);
        if (array.AsSpan(at, written).Contains((byte)0))
        {
            throw WireFault.NulInText(text.IndexOf('\0', StringComparison.Ordinal));
        }
        WriteByte(0);
    }

    private void Reserve(int bytes)
    {
        if (bytes > array.Length - count)
        {
            Grow(bytes);
        }
    }

    private void Grow(int bytes)
    {
        long needed = (long)count + bytes;
        if (needed > bytesMax)
        {
            throw WireFault.RequestTooLarge(needed, bytesMax);
        }
        var wanted = (int)Math.Max(InitialBytes, Math.Max(needed, Math.Min(array.Length * 2L, bytesMax)));
        byte[] larger = ArrayPool<byte>.Shared.Rent(wanted);
        array.AsSpan(0, count).CopyTo(larger);
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
        array = larger;
    }
}

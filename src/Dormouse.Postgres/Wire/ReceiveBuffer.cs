using System.Buffers;
using System.Buffers.Binary;

namespace Dormouse.Postgres.Wire;

/// <summary>
/// Cuts what arrives into messages, in place. It grows only as bytes truly arrive, so that a header which merely claims a large
/// message costs nothing, and never beyond one message of the allowed size. The array is given back while the connection is idle.
/// Not thread-safe.
/// </summary>
internal sealed class ReceiveBuffer(int messageBytesMax)
{
    // PostgreSQL flushes its own 8 KiB at a time; twice that takes two of them with one call when they are there already.
    private const int InitialBytes = 16 * 1024;
    private const int HeaderBytes = 5;

    private byte[] array = [];
    private int start;
    private int end;
    private int needed = HeaderBytes;

    /// <summary>Bound on the payload of one message; lower until the server has proved who it is.</summary>
    public int MessageBytesMax { get; set; } = messageBytesMax;

    public bool IsEmpty => start == end;

    /// <summary>How much memory it holds now.</summary>
    public int Capacity => array.Length;

    /// <summary>
    /// The next whole message; false, and nothing consumed, when its end has not arrived. The payload is valid until the next call of
    /// <see cref="FreeSpace"/> or <see cref="Release"/>.
    /// </summary>
    public bool TryRead(out byte type, out ReadOnlySpan<byte> payload)
    {
        int have = end - start;
        if (have >= HeaderBytes)
        {
            type = array[start];
            int length = BinaryPrimitives.ReadInt32BigEndian(array.AsSpan(start + 1));
            CheckLength(type, length);
            if (have > length)
            {
                payload = array.AsSpan(start + HeaderBytes, length - sizeof(int));
                start += length + 1;
                return true;
            }
            needed = length + 1;
        }
        else
        {
            needed = HeaderBytes;
        }
        type = 0;
        payload = default;
        return false;
    }

    /// <summary>Where the next bytes go; never empty. Call <see cref="Advance"/> with how many came.</summary>
    public Memory<byte> FreeSpace()
    {
        if (start == end)
        {
            start = end = 0;
        }
        if (end == array.Length || needed > array.Length - start)
        {
            MakeRoom();
        }
        return array.AsMemory(end);
    }

    public void Advance(int bytes) => end += bytes;

    /// <summary>Gives the array back if all of it has been read.</summary>
    public void Release()
    {
        if (IsEmpty && array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
            array = [];
            start = end = 0;
            needed = HeaderBytes;
        }
    }

    private void CheckLength(byte type, int length)
    {
        if (length < sizeof(int))
        {
            throw WireFault.Protocol($"a message of type 0x{type:x2} claims a length of {length}");
        }
        if (length - sizeof(int) > MessageBytesMax)
        {
            throw WireFault.AnswerTooLarge(length - sizeof(int), MessageBytesMax);
        }
    }

    private void MakeRoom()
    {
        int have = end - start;
        byte[] target = array;
        if (have == array.Length)
        {
            target = ArrayPool<byte>.Shared.Rent(
                Math.Max(InitialBytes, (int)Math.Min(array.Length * 2L, (long)MessageBytesMax + HeaderBytes))
            );
        }
        array.AsSpan(start, have).CopyTo(target);
        if (target != array && array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
        array = target;
        start = 0;
        end = have;
    }
}

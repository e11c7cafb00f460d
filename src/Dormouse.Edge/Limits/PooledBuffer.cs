using System.Buffers;
using System.Buffers.Text;
using Dormouse.Contracts;

namespace Dormouse.Edge.Limits;

/// <summary>
/// One growing, bounded buffer, rented from the shared array pool: a request's body, or its answer, which is kept back until it is
/// whole so that a late failure can still be told. One owner, one thread at a time; dispose it once.
/// </summary>
/// <param name="maxBytes">Where growth ends.</param>
/// <param name="tooLarge">The failure to raise there.</param>
/// <param name="budget">Pays for what is above <see cref="InitialBytes"/>.</param>
internal sealed class PooledBuffer(int maxBytes, Func<int, DormouseException> tooLarge, BufferBudget budget)
    : IBufferWriter<byte>,
        IDisposable
{
    /// <summary>Most requests and answers fit; larger ones double as their bytes arrive, never on the word of a header.</summary>
    public const int InitialBytes = 8 * 1024;

    // So small that growth follows what comes of it.
    private const int EncodedBlock = 4 * 1024;

    private const int DecodedBlock = EncodedBlock / 4 * 3;

    private byte[] bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int length;
    private long paid;

    public int Length => length;

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, length);

    public ReadOnlySpan<byte> WrittenSpan => bytes.AsSpan(0, length);

    /// <exception cref="DormouseException">What was written is more than allowed.</exception>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, bytes.Length - length);
        length += count;
        if (length > maxBytes)
        {
            throw tooLarge(maxBytes);
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return bytes.AsMemory(length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return bytes.AsSpan(length);
    }

    public void Write(ReadOnlySpan<byte> added)
    {
        added.CopyTo(GetSpan(added.Length));
        Advance(added.Length);
    }

    /// <summary>What base64 in it stands for, in a buffer of its own; null where it is no base64.</summary>
    public PooledBuffer? DecodeBase64()
    {
        PooledBuffer decoded = new(maxBytes, tooLarge, budget);
        try
        {
            for (int at = 0; at < length; )
            {
                int size = Math.Min(EncodedBlock, length - at);
                bool isLast = at + size == length;
                Span<byte> room = decoded.GetSpan(DecodedBlock);
                OperationStatus status = Base64.DecodeFromUtf8(bytes.AsSpan(at, size), room, out int taken, out int made, isLast);
                // White space is no part of base64 and may stand in it, so that a block can end within a group of four.
                bool isFine = status == OperationStatus.Done || (status == OperationStatus.NeedMoreData && !isLast && taken > 0);
                if (!isFine)
                {
                    decoded.Dispose();
                    return null;
                }
                decoded.Advance(made);
                at += taken;
            }
            return decoded;
        }
        catch
        {
            decoded.Dispose();
            throw;
        }
    }

    /// <summary>Forgets what was written after <paramref name="to"/>.</summary>
    public void Truncate(int to) => length = Math.Min(length, to);

    public void Dispose()
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = [];
            budget.Return(paid);
            paid = 0;
        }
    }

    private void Ensure(int sizeHint)
    {
        int needed = Math.Max(sizeHint, 1);
        if (bytes.Length - length >= needed)
        {
            return;
        }
        // A writer may ask for more than it then uses (a JSON string for its worst case), so the bound on growth is generous and the
        // strict one is in Advance.
        if (length > maxBytes || needed > 4L * maxBytes)
        {
            throw tooLarge(maxBytes);
        }
        Grow((int)Math.Min(Math.Max(2L * bytes.Length, (long)length + needed), Array.MaxLength));
    }

    private void Grow(int size)
    {
        if (!budget.TryTake(size - paid))
        {
            throw EdgeFailures.OutOfBuffers();
        }
        paid = size;
        byte[] larger = ArrayPool<byte>.Shared.Rent(size);
        bytes.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}

using System.Buffers;

namespace Dormouse.Query.Documents;

/// <summary>The bytes of a shape while they are written and looked up; pooled.</summary>
internal sealed class ShapeBuffer : IDisposable
{
    private byte[] bytes = ArrayPool<byte>.Shared.Rent(1024);
    private int length;

    /// <summary>What was written; setting a smaller length takes the end back.</summary>
    public int Length
    {
        get => length;
        set => length = value <= length ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    public void Write(ReadOnlySpan<byte> added)
    {
        if (bytes.Length - length < added.Length)
        {
            Grow(added.Length);
        }

        added.CopyTo(bytes.AsSpan(length));
        length += added.Length;
    }

    public void Write(byte added)
    {
        if (bytes.Length == length)
        {
            Grow(1);
        }

        bytes[length++] = added;
    }

    public void Dispose()
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = [];
            length = 0;
        }
    }

    private void Grow(int added)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(length + added), bytes.Length * 2));
        bytes.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}

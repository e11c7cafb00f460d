using System.Buffers;
using System.Buffers.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;

namespace Dormouse.Query.Mapping;

/// <summary>
/// Writes the bytes of an answer. It collects them in one pooled array and hands them on in large pieces, because asking the
/// response's own writer for memory per value costs more than the value.
/// </summary>
internal sealed class AnswerWriter(IBufferWriter<byte> output, int maxBytes, CancellationToken cancellationToken) : IDisposable
{
    private const int FlushThreshold = 32 * 1024;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int length;
    private long flushed;

    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }

    /// <summary>Hands everything on. Nothing is handed on by itself before <see cref="FlushThreshold"/> bytes.</summary>
    public void Flush()
    {
        if (length > 0)
        {
            output.Write(buffer.AsSpan(0, length));
            flushed += length;
            length = 0;
        }
    }

    /// <summary>Called once per object: a large answer ends soon after its request did.</summary>
    public void ThrowIfCancelled() => cancellationToken.ThrowIfCancellationRequested();

    /// <summary>Room for at least that many bytes; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (buffer.Length - length < bytes)
        {
            MakeRoom(bytes);
        }

        return buffer.AsSpan(length);
    }

    public void Advance(int bytes) => length += bytes;

    public void Byte(byte value)
    {
        if (buffer.Length == length)
        {
            MakeRoom(1);
        }

        buffer[length++] = value;
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        length += bytes.Length;
    }

    public void Null() => Raw("null"u8);

    /// <summary>A JSON string with its quotes.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        var plain = utf8.IndexOfAny(JsonStrings.Special);
        if (plain >= 0)
        {
            Byte((byte)'"');
            Escaped(utf8);
            Byte((byte)'"');
            return;
        }

        var room = Reserve(utf8.Length + 2);
        room[0] = (byte)'"';
        utf8.CopyTo(room[1..]);
        room[utf8.Length + 1] = (byte)'"';
        length += utf8.Length + 2;
    }

    /// <summary>The inside of a JSON string.</summary>
    public void Escaped(ReadOnlySpan<byte> utf8)
    {
        for (var stop = utf8.IndexOfAny(JsonStrings.Special); stop >= 0; stop = utf8.IndexOfAny(JsonStrings.Special))
        {
            Raw(utf8[..stop]);
            Raw(JsonStrings.EscapeOf(utf8[stop]));
            utf8 = utf8[(stop + 1)..];
        }

        Raw(utf8);
    }

    /// <summary>Base64 of bytes, without quotes.</summary>
    public void EncodeBase64(ReadOnlySpan<byte> bytes)
    {
        var room = Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, room, out _, out var written);
        length += written;
    }

    private void MakeRoom(int bytes)
    {
        if (flushed + length + bytes > maxBytes)
        {
            throw PlanFailure.LimitExceeded("bytes of an answer", maxBytes);
        }

        if (length >= FlushThreshold)
        {
            Flush();
        }

        if (buffer.Length - length >= bytes)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(length + bytes), Math.Min(buffer.Length * 2, FlushThreshold * 2)));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}

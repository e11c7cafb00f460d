using System.Buffers.Binary;
using System.Security.Cryptography;
using Dormouse.Instances.Host;

namespace Dormouse.Instances.Backups.Format;

/// <summary>
/// What follows the header: frames of <c>last? (1 bit) and length (31 bits), big endian | ciphertext | tag (16)</c>, AES-256-GCM under
/// the backup's own key. A frame's nonce is its number; the header's hash and whether it is the last are authenticated with it. So no
/// frame can be changed, moved, left out or brought in from another backup, and a file that lost its end is known as such.
/// </summary>
internal static class Frames
{
    public const int KeyBytes = 32;
    public const int TagBytes = 16;
    public const int LengthBytes = 4;
    public const int NonceBytes = 12;
    public const uint LastBit = 0x8000_0000;

    /// <summary>Large enough that tag and call cost nothing, small enough to hold two in memory.</summary>
    public const int PayloadBytesMax = 256 * 1024;

    public static void WriteNonce(Span<byte> nonce, ulong number)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], number);
    }

    public static byte[] AssociatedData(byte[] headerHash, bool isLast) => [.. headerHash, isLast ? (byte)1 : (byte)0];
}

/// <summary>Encrypts what is written to it. <see cref="CompleteAsync"/> writes the last frame; without it the backup is not whole.</summary>
internal sealed class FrameWriter(Stream output, byte[] key, byte[] headerHash) : WriteOnlyStream
{
    private readonly AesGcm aes = new(key, Frames.TagBytes);
    private readonly byte[] payload = new byte[Frames.PayloadBytesMax];
    private readonly byte[] frame = new byte[Frames.LengthBytes + Frames.PayloadBytesMax + Frames.TagBytes];
    private int filled;
    private ulong number;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            if (filled == payload.Length)
            {
                await EmitAsync(isLast: false, cancellationToken);
            }
            int count = Math.Min(buffer.Length, payload.Length - filled);
            buffer[..count].CopyTo(payload.AsMemory(filled));
            filled += count;
            buffer = buffer[count..];
        }
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => EmitAsync(isLast: true, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        aes.Dispose();
        base.Dispose(disposing);
    }

    private async Task EmitAsync(bool isLast, CancellationToken cancellationToken)
    {
        int length = Encrypt(isLast);
        filled = 0;
        number++;
        await output.WriteAsync(frame.AsMemory(0, length), cancellationToken);
    }

    private int Encrypt(bool isLast)
    {
        Span<byte> nonce = stackalloc byte[Frames.NonceBytes];
        Frames.WriteNonce(nonce, number);
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)filled | (isLast ? Frames.LastBit : 0));
        aes.Encrypt(
            nonce,
            payload.AsSpan(0, filled),
            frame.AsSpan(Frames.LengthBytes, filled),
            frame.AsSpan(Frames.LengthBytes + filled, Frames.TagBytes),
            Frames.AssociatedData(headerHash, isLast)
        );
        return Frames.LengthBytes + filled + Frames.TagBytes;
    }
}

/// <summary>Decrypts what <see cref="FrameWriter"/> wrote. Nothing is handed on that was not checked; the end comes only after the last frame.</summary>
/// <exception cref="Dormouse.Contracts.DormouseException">From any read: DM3503, damaged; DM3504, cut short.</exception>
internal sealed class FrameReader(Stream input, byte[] key, byte[] headerHash, string name) : Stream
{
    private readonly AesGcm aes = new(key, Frames.TagBytes);
    private readonly byte[] payload = new byte[Frames.PayloadBytesMax];
    private readonly byte[] frame = new byte[Frames.PayloadBytesMax + Frames.TagBytes];
    private int available;
    private int taken;
    private ulong number;
    private bool sawLast;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (taken == available)
        {
            if (sawLast)
            {
                return 0;
            }
            await NextAsync(cancellationToken);
        }
        int count = Math.Min(buffer.Length, available - taken);
        payload.AsMemory(taken, count).CopyTo(buffer);
        taken += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reads are asynchronous.");

    public override void Flush() { }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        aes.Dispose();
        base.Dispose(disposing);
    }

    private async Task NextAsync(CancellationToken cancellationToken)
    {
        await ReadExactlyAsync(Frames.LengthBytes, cancellationToken);
        uint head = BinaryPrimitives.ReadUInt32BigEndian(frame);
        int length = (int)(head & ~Frames.LastBit);
        if (length > Frames.PayloadBytesMax)
        {
            throw BackupFailures.Damaged(name);
        }
        bool isLast = (head & Frames.LastBit) != 0;
        await ReadExactlyAsync(length + Frames.TagBytes, cancellationToken);
        Decrypt(length, isLast);
        (available, taken) = (length, 0);
        number++;
        if (isLast)
        {
            sawLast = true;
            if (await input.ReadAsync(frame.AsMemory(0, 1), cancellationToken) != 0)
            {
                throw BackupFailures.Damaged(name);
            }
        }
    }

    private void Decrypt(int length, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[Frames.NonceBytes];
        Frames.WriteNonce(nonce, number);
        try
        {
            aes.Decrypt(
                nonce,
                frame.AsSpan(0, length),
                frame.AsSpan(length, Frames.TagBytes),
                payload.AsSpan(0, length),
                Frames.AssociatedData(headerHash, isLast)
            );
        }
        catch (CryptographicException exception)
        {
            throw BackupFailures.Damaged(name, exception);
        }
    }

    private async Task ReadExactlyAsync(int count, CancellationToken cancellationToken)
    {
        try
        {
            await input.ReadExactlyAsync(frame.AsMemory(0, count), cancellationToken);
        }
        catch (EndOfStreamException exception)
        {
            throw BackupFailures.CutShort(name, exception);
        }
    }
}

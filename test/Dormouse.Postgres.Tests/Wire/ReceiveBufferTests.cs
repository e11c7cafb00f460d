using System.Buffers.Binary;
using Dormouse.Postgres.Tests.Support;
using Dormouse.Postgres.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Dormouse.Postgres.Tests.Wire;

public sealed class ReceiveBufferTests
{
    private const int MessageBytesMax = 1024 * 1024;

    [Fact]
    public void Every_prefix_of_a_message_is_incomplete_and_consumes_nothing()
    {
        byte[] message = ScriptedClient.Row("one", null, "three");
        for (var length = 0; length < message.Length; length++)
        {
            var buffer = new ReceiveBuffer(MessageBytesMax);
            Feed(buffer, message.AsSpan(0, length));
            Assert.False(buffer.TryRead(out _, out _));
            Assert.False(buffer.TryRead(out _, out _));
            Feed(buffer, message.AsSpan(length));
            Assert.True(buffer.TryRead(out byte type, out ReadOnlySpan<byte> payload));
            Assert.Equal((byte)'D', type);
            Assert.True(payload.SequenceEqual(message.AsSpan(5)));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void Messages_come_out_as_they_went_in_however_they_were_cut()
    {
        var random = new Random(7);
        Prop.ForAll(
                ArbMap.Default.ArbFor<(byte Type, byte[] Payload)[]>(),
                ArbMap.Default.ArbFor<PositiveInt>(),
                (messages, piece) =>
                {
                    byte[] stream = [.. messages.SelectMany(m => ScriptedClient.Message((char)m.Type, Grown(m.Payload)))];
                    var buffer = new ReceiveBuffer(MessageBytesMax);
                    var read = new List<(byte, byte[])>();
                    for (var at = 0; at < stream.Length; )
                    {
                        int count = Math.Min(1 + random.Next(piece.Get * 50), stream.Length - at);
                        Feed(buffer, stream.AsSpan(at, count));
                        at += count;
                        while (buffer.TryRead(out byte type, out ReadOnlySpan<byte> payload))
                        {
                            read.Add((type, payload.ToArray()));
                        }
                    }
                    Assert.Equal(messages.Select(m => (m.Type, Grown(m.Payload))), read);
                    buffer.Release();
                    Assert.Equal(0, buffer.Capacity);
                }
            )
            .QuickCheckThrowOnFailure();

        // Some messages larger than the first buffer, so that it has to grow and to move.
        static byte[] Grown(byte[] payload) =>
            payload.Length % 7 == 3 ? [.. Enumerable.Repeat(payload, 3_000).SelectMany(bytes => bytes)] : payload;
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(MessageBytesMax + 5)]
    public void A_length_that_cannot_be_is_refused_at_its_header(int length)
    {
        var buffer = new ReceiveBuffer(MessageBytesMax);
        Feed(buffer, Header(length));
        Assert.Throws<ServerConnectionException>(() => buffer.TryRead(out _, out _));
    }

    [Fact]
    public void A_header_that_claims_much_takes_no_memory_until_the_bytes_come()
    {
        var buffer = new ReceiveBuffer(MessageBytesMax);
        Feed(buffer, Header(MessageBytesMax));
        Assert.False(buffer.TryRead(out _, out _));
        _ = buffer.FreeSpace();
        Assert.InRange(buffer.Capacity, 1, 64 * 1024);
    }

    private static byte[] Header(int length)
    {
        byte[] header = [(byte)'D', 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), length);
        return header;
    }

    internal static void Feed(ReceiveBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> space = buffer.FreeSpace().Span;
            Assert.False(space.IsEmpty);
            int count = Math.Min(space.Length, bytes.Length);
            bytes[..count].CopyTo(space);
            buffer.Advance(count);
            bytes = bytes[count..];
        }
    }
}

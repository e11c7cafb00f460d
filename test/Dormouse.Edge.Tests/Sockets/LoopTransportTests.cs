using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Sockets;
using Dormouse.Testing;
using Microsoft.AspNetCore.Connections;

namespace Dormouse.Edge.Tests.Sockets;

/// <summary>Connections over real sockets; what .NET's own transport does too is asked of both.</summary>
public sealed class LoopTransportTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task What_is_sent_comes_back_in_its_order_whatever_its_pieces(bool isOurs, int seed)
    {
        const int Connections = 12;
        const int Bytes = 3_000_000;
        await using SocketHost host = await SocketHost.StartAsync(isOurs, EchoAsync);

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(number => TalkAsync(new Random((seed * 1000) + number))))
            .WaitAsync(Limit, TestContext.Current.CancellationToken);

        async Task TalkAsync(Random random)
        {
            using Socket socket = await host.ConnectAsync();
            byte[] sent = new byte[Bytes];
            random.NextBytes(sent);
            Task sending = SendAsync(socket, sent, new Random(random.Next()));
            byte[] received = new byte[Bytes];
            for (int length = 0; length < Bytes; )
            {
                int wanted = Math.Min(random.Next(1, 100_000), Bytes - length);
                int read = await socket.ReceiveAsync(received.AsMemory(length, wanted), TestContext.Current.CancellationToken);
                Assert.True(read > 0, $"The connection ended after {length} bytes.");
                length += read;
            }
            await sending;
            Assert.True(received.AsSpan().SequenceEqual(sent));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_does_not_read_holds_up_nobody_else_and_gets_all_in_the_end(bool isOurs)
    {
        const int Pieces = 1_000;
        byte[] piece = new byte[32 * 1024];
        int written = 0;
        await using SocketHost host = await SocketHost.StartAsync(
            isOurs,
            async connection =>
            {
                if (await FirstByteAsync(connection) == 'e')
                {
                    await EchoAsync(connection);
                    return;
                }
                for (; written < Pieces; written++)
                {
                    await connection.Transport.Output.WriteAsync(piece);
                }
            }
        );
        using Socket idle = await host.ConnectAsync();
        await idle.SendAsync("w"u8.ToArray(), TestContext.Current.CancellationToken);
        using Socket other = await host.ConnectAsync();
        await other.SendAsync("e"u8.ToArray(), TestContext.Current.CancellationToken);

        int before;
        do
        {
            before = written;
            await AskAsync(other, rounds: 200);
        } while (before < written || before == 0);

        Assert.InRange(before, 1, Pieces - 1);
        Assert.Equal((long)Pieces * piece.Length, await DrainAsync(idle));
    }

    [Fact]
    public async Task What_nobody_reads_is_received_up_to_the_bound()
    {
        const int Bytes = 64 * 1024 * 1024;
        TaskCompletionSource mayRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<long> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using SocketHost host = await SocketHost.StartAsync(
            isOurs: true,
            async connection =>
            {
                await mayRead.Task;
                ReadResult first = await connection.Transport.Input.ReadAsync();
                found.SetResult(first.Buffer.Length);
                connection.Transport.Input.AdvanceTo(first.Buffer.Start);
                await DrainAsync(connection.Transport.Input);
                await connection.Transport.Output.WriteAsync("done"u8.ToArray());
            }
        );
        using Socket socket = await host.ConnectAsync();
        Task<int> sending = socket.SendAsync(new byte[Bytes], TestContext.Current.CancellationToken).AsTask();
        using Socket other = await host.ConnectAsync();
        // More than all buffers between the two hold cannot be gone.
        Assert.False(sending.IsCompleted);

        mayRead.SetResult();

        Assert.InRange(await found.Task.WaitAsync(Limit, TestContext.Current.CancellationToken), 1, BufferBound());
        int sent = await sending.WaitAsync(Limit, TestContext.Current.CancellationToken);
        while (sent < Bytes)
        {
            sent += await socket.SendAsync(new byte[Bytes - sent], TestContext.Current.CancellationToken);
        }
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(4, await DrainAsync(socket));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_what_a_client_sends_is_told_and_it_may_still_be_answered(bool isOurs)
    {
        await using SocketHost host = await SocketHost.StartAsync(
            isOurs,
            async connection =>
            {
                long bytes = await DrainAsync(connection.Transport.Input);
                await ClosedAsync(connection);
                await connection.Transport.Output.WriteAsync(new byte[bytes * 2]);
            }
        );
        using Socket socket = await host.ConnectAsync();
        await SendAsync(socket, new byte[100_000], new Random(1));
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(200_000, await DrainAsync(socket));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_resets_its_connection_is_told_as_such(bool isOurs)
    {
        TaskCompletionSource<Exception?> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using SocketHost host = await SocketHost.StartAsync(
            isOurs,
            async connection =>
            {
                told.SetResult(await Record.ExceptionAsync(() => DrainAsync(connection.Transport.Input)));
                await ClosedAsync(connection);
            }
        );
        Socket socket = await host.ConnectAsync();
        await socket.SendAsync(new byte[100], TestContext.Current.CancellationToken);

        socket.Close(timeout: 0);

        Assert.IsType<ConnectionResetException>(await told.Task.WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_abort_ends_a_write_that_waits_for_its_client(bool isOurs)
    {
        TaskCompletionSource<ConnectionContext> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<bool> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using SocketHost host = await SocketHost.StartAsync(
            isOurs,
            async connection =>
            {
                begun.SetResult(connection);
                FlushResult flushed;
                do
                {
                    flushed = await connection.Transport.Output.WriteAsync(new byte[1024 * 1024]);
                } while (!flushed.IsCompleted);
                await ClosedAsync(connection);
                ended.SetResult(true);
            }
        );
        using Socket socket = await host.ConnectAsync();
        ConnectionContext connection = await begun.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        // It has begun to send, and is most likely waiting by now.
        await socket.ReceiveAsync(new byte[1024], TestContext.Current.CancellationToken);

        connection.Abort(new ConnectionAbortedException("enough"));

        Assert.True(await ended.Task.WaitAsync(Limit, TestContext.Current.CancellationToken));
        // What was sent before it may be lost with it, and it is no clean end.
        Assert.IsType<SocketException>(await Record.ExceptionAsync(() => DrainAsync(socket)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_abort_in_the_middle_of_a_write_ends_it_as_one_beside_it_does(bool isOurs)
    {
        const int times = 100;
        Channel<ConnectionContext> begun = Channel.CreateUnbounded<ConnectionContext>();
        Channel<Exception?> ended = Channel.CreateUnbounded<Exception?>();
        await using SocketHost host = await SocketHost.StartAsync(
            isOurs,
            async connection =>
            {
                begun.Writer.TryWrite(connection);
                ended.Writer.TryWrite(
                    await Record.ExceptionAsync(async () =>
                    {
                        while (
                            !(
                                await connection.Transport.Output.WriteAsync(new byte[64 * 1024], TestContext.Current.CancellationToken)
                            ).IsCompleted
                        ) { }
                    })
                );
            }
        );
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Limit);
        for (int i = 0; i < times; i++)
        {
            using Socket socket = await host.ConnectAsync();
            ConnectionContext connection = await begun.Reader.ReadAsync(timeout.Token);
            await socket.ReceiveAsync(new byte[1024], timeout.Token);
            // It reads all the time, so that most of the time something is being sent.
            var draining = Task.Run(async () => await Record.ExceptionAsync(() => DrainAsync(socket)), timeout.Token);
            Thread.SpinWait(1000 * i);

            connection.Abort(new ConnectionAbortedException("enough"));

            Assert.Null(await ended.Reader.ReadAsync(timeout.Token));
            await draining;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_whose_answer_went_wrong_is_closed(bool isOurs)
    {
        await using SocketHost host = await SocketHost.StartAsync(
            isOurs,
            async connection =>
            {
                await FirstByteAsync(connection);
                await connection.Transport.Output.CompleteAsync(new InvalidOperationException("It went wrong."));
            }
        );
        using Socket socket = await host.ConnectAsync();
        await socket.SendAsync("x"u8.ToArray(), TestContext.Current.CancellationToken);

        // By a reset, or by a plain end.
        Exception? failure = await Record.ExceptionAsync(() => DrainAsync(socket).WaitAsync(Limit, TestContext.Current.CancellationToken));

        Assert.True(failure is null or SocketException, failure?.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clients_that_leave_at_any_moment_leave_nothing_behind(bool isOurs)
    {
        int open = 0;
        int begun = 0;
        await using SocketHost host = await SocketHost.StartAsync(
            isOurs,
            async connection =>
            {
                Interlocked.Increment(ref open);
                Interlocked.Increment(ref begun);
                try
                {
                    await EchoAsync(connection);
                }
                catch (ConnectionResetException)
                {
                    // As it was meant.
                }
                finally
                {
                    Interlocked.Decrement(ref open);
                }
            }
        );

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 300),
            TestContext.Current.CancellationToken,
            async (number, token) =>
            {
                var random = new Random(number);
                using Socket socket = await host.ConnectAsync();
                await socket.SendAsync(new byte[random.Next(1, 200_000)], token);
                if (random.Next(2) == 0)
                {
                    await socket.ReceiveAsync(new byte[random.Next(1, 10_000)], token);
                }
                if (random.Next(2) == 0)
                {
                    socket.Close(timeout: 0);
                }
            }
        );

        // Some have gone before they were accepted.
        using Socket last = await host.ConnectAsync();
        await AskAsync(last, rounds: 10);
        Assert.InRange(begun, 1, 301);
        last.Close();
        await Eventually.TrueAsync(() => Volatile.Read(ref open) == 0);
    }

    private static long BufferBound() => new ConnectionLimitOptions().SocketBufferMax + LoopConnection.ReceiveMax;

    private static async Task EchoAsync(ConnectionContext connection)
    {
        while (true)
        {
            ReadResult read = await connection.Transport.Input.ReadAsync();
            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            {
                await connection.Transport.Output.WriteAsync(piece);
            }
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private static async Task<byte> FirstByteAsync(ConnectionContext connection)
    {
        ReadResult read = await connection.Transport.Input.ReadAsync();
        byte first = read.Buffer.FirstSpan[0];
        connection.Transport.Input.AdvanceTo(read.Buffer.GetPosition(1));
        return first;
    }

    private static async Task<long> DrainAsync(PipeReader input)
    {
        long bytes = 0;
        while (true)
        {
            ReadResult read = await input.ReadAsync();
            bytes += read.Buffer.Length;
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return bytes;
            }
        }
    }

    private static async Task<long> DrainAsync(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        long bytes = 0;
        for (int read; (read = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)) > 0; )
        {
            bytes += read;
        }
        return bytes;
    }

    private static async Task AskAsync(Socket socket, int rounds)
    {
        byte[] buffer = new byte[1];
        for (int round = 0; round < rounds; round++)
        {
            buffer[0] = (byte)round;
            await socket.SendAsync(buffer, TestContext.Current.CancellationToken);
            Assert.Equal(1, await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken));
            Assert.Equal((byte)round, buffer[0]);
        }
    }

    private static async Task SendAsync(Socket socket, byte[] bytes, Random random)
    {
        for (int sent = 0; sent < bytes.Length; )
        {
            int piece = Math.Min(random.Next(2) == 0 ? random.Next(1, 100) : random.Next(1, 300_000), bytes.Length - sent);
            sent += await socket.SendAsync(bytes.AsMemory(sent, piece), TestContext.Current.CancellationToken);
        }
    }

    private static async Task ClosedAsync(ConnectionContext connection)
    {
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = connection.ConnectionClosed.Register(closed.SetResult);
        await closed.Task.WaitAsync(Limit);
    }
}

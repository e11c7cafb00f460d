using System.Buffers;
using System.ComponentModel;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;

namespace Dormouse.Edge.Sockets;

/// <summary>
/// A client's connection as Kestrel knows it. What arrives the loop's thread puts into a pipe, from which Kestrel reads on the thread pool;
/// what Kestrel writes is sent on Kestrel's own thread, or, once the socket was full, on the loop's.
/// <code>
/// socket ─▶ loop ─▶ (first reader) ─▶ input ─▶ Kestrel ─▶ output ─▶ socket
/// </code>
/// </summary>
/// <remarks>
/// <c>gate</c> guards all fields that change. Under it no code but a first reader's runs: continuations of the pipes go to the thread pool,
/// except the sender's, which go on where the output was flushed.
/// </remarks>
internal sealed class LoopConnection : DefaultConnectionContext, IValueTaskSource
{
    /// <summary>What is received at once, so that a client that sends much does not keep the loop from others.</summary>
    public const int ReceiveMax = 64 * 1024;

    // A query with its headers fits into the first, and into the second what is not the beginning of a long body.
    private const int SegmentBytes = 4 * 1024;
    private const int ReceiveUsual = 2 * 1024;

    private readonly Lock gate = new();
    private readonly SocketLoop loop;
    private readonly Socket socket;
    private readonly int fd;
    private readonly Pipe input;
    private readonly Pipe output;
    private readonly List<ArraySegment<byte>> segments = [];
    private readonly CancellationTokenSource closed = new();
    private Task closing = Task.CompletedTask;
    private Task sending = Task.CompletedTask;
    private long id;

    private IFirstReader? firstReader;
    private long passedBytes;

    // A quarter, so that what has arrived is read while more arrives.
    private readonly int receiveMax;
    private int receiveNext = ReceiveUsual;
    private int pauses;
    private uint interest;
    private bool hasInputEnded;
    private bool isSocketFull;
    private bool isClosed;
    private ManualResetValueTaskSourceCore<bool> room;

    /// <param name="loop">Whose thread receives.</param>
    /// <param name="socket">Connected; owned from here on.</param>
    /// <param name="name">For logs.</param>
    /// <param name="bufferMax">Bytes that have arrived and were not read yet; as many may be written and not sent.</param>
    public LoopConnection(SocketLoop loop, Socket socket, string name, int bufferMax)
        : base(name)
    {
        this.loop = loop;
        this.socket = socket;
        receiveMax = Math.Min(bufferMax / 4, ReceiveMax);
        fd = (int)socket.Handle;
        socket.Blocking = false;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = closed.Token;
        input = new Pipe(Options(PipeScheduler.ThreadPool, bufferMax));
        output = new Pipe(Options(PipeScheduler.Inline, bufferMax));
        Sockets = new DuplexPipe(input.Reader, output.Writer);
        Transport = Sockets;
        Features.Set(this);
    }

    /// <summary>What begins at the socket itself; TLS puts a transport of its own before it.</summary>
    public IDuplexPipe Sockets { get; }

    /// <exception cref="Win32Exception">The loop cannot watch it. It is closed then.</exception>
    public void Start()
    {
        id = loop.Add(this);
        sending = SendAsync();
        try
        {
            lock (gate)
            {
                Watch();
            }
        }
        catch (Win32Exception failure)
        {
            // The kernel has no room for one more.
            Abort(new ConnectionAbortedException(failure.Message, failure));
            throw;
        }
    }

    /// <summary>Lets a reader see what comes next before it goes into the input, if all that went there was read.</summary>
    /// <param name="reader">Sees bytes until it leaves some, <see cref="StopFirst"/> is called, or the connection ends.</param>
    /// <param name="readBytes">Bytes read from the input since the connection began.</param>
    public void ReadFirst(IFirstReader reader, long readBytes)
    {
        lock (gate)
        {
            firstReader = readBytes == passedBytes && !hasInputEnded ? reader : null;
        }
    }

    public void StopFirst()
    {
        lock (gate)
        {
            firstReader = null;
        }
    }

    /// <summary>On the loop's thread.</summary>
    public void OnReady(bool isReadable, bool isWritable)
    {
        bool wasFull;
        lock (gate)
        {
            wasFull = isWritable && TakeFull();
            if (isReadable && pauses == 0 && !hasInputEnded)
            {
                Receive();
            }
        }
        if (wasFull)
        {
            room.SetResult(true);
        }
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Close(abortReason);
        output.Reader.CancelPendingRead();
    }

    public override async ValueTask DisposeAsync()
    {
        await input.Reader.CompleteAsync();
        await output.Writer.CompleteAsync();
        await sending;
        await closing;
        closed.Dispose();
        await base.DisposeAsync();
    }

    void IValueTaskSource.GetResult(short token) => room.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => room.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        room.OnCompleted(continuation, state, token, flags);

    private static PipeOptions Options(PipeScheduler reader, int bufferMax) =>
        new(
            readerScheduler: reader,
            writerScheduler: PipeScheduler.ThreadPool,
            pauseWriterThreshold: bufferMax,
            resumeWriterThreshold: bufferMax / 2,
            minimumSegmentSize: SegmentBytes,
            useSynchronizationContext: false
        );

    private void Receive()
    {
        Span<byte> buffer = firstReader is null ? input.Writer.GetSpan(receiveNext) : loop.Buffer;
        buffer = buffer[..Math.Min(buffer.Length, firstReader is null ? receiveMax : ReceiveMax)];
        int received = socket.Receive(buffer, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            return;
        }
        if (received == 0)
        {
            EndInput(error == SocketError.Success ? null : Reset(error));
            return;
        }
        if (firstReader is null)
        {
            // A long body comes in pieces as large as the room for them.
            receiveNext = received == buffer.Length ? receiveMax : ReceiveUsual;
            Pass(received);
            return;
        }
        ReadOnlySpan<byte> rest = buffer[..received];
        rest = rest[firstReader.Take(rest, out Task? held)..];
        if (held is not null)
        {
            Pause(held);
        }
        if (!rest.IsEmpty)
        {
            firstReader = null;
            rest.CopyTo(input.Writer.GetSpan(rest.Length));
            Pass(rest.Length);
        }
    }

    private void Pass(int bytes)
    {
        input.Writer.Advance(bytes);
        passedBytes += bytes;
        ValueTask<FlushResult> flushing = input.Writer.FlushAsync();
        if (!flushing.IsCompleted)
        {
            Pause(flushing.AsTask());
        }
        else if (flushing.GetAwaiter().GetResult() is { IsCompleted: true } or { IsCanceled: true })
        {
            EndInput(null);
        }
    }

    private void Pause(Task until)
    {
        pauses++;
        Watch();
        _ = ResumeAsync();

        async Task ResumeAsync()
        {
            // Whatever came of it: if nobody reads any more, the next bytes tell.
            await until.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (gate)
            {
                pauses--;
                Watch();
            }
        }
    }

    private void EndInput(Exception? reason)
    {
        hasInputEnded = true;
        firstReader = null;
        Watch();
        input.Writer.Complete(reason);
        // Who waits for the end does so on the thread pool.
        closing = closed.CancelAsync();
    }

    private async Task SendAsync()
    {
        Exception? reason = null;
        Exception? mistake = null;
        try
        {
            ReadResult read;
            do
            {
                read = await output.Reader.ReadAsync();
                for (ReadOnlySequence<byte> rest = read.Buffer; !rest.IsEmpty; )
                {
                    if (Send(rest) is var sent and > 0)
                    {
                        rest = rest.Slice(sent);
                    }
                    else
                    {
                        await RoomAsync();
                    }
                }
                output.Reader.AdvanceTo(read.Buffer.End);
            } while (!read.IsCompleted && !read.IsCanceled);
        }
        catch (SocketException exception)
        {
            // The client went, or this side did in the middle of a send. Who wrote is told that nobody takes it any more, as by .NET's own transport.
            reason = Reset(exception.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile: the reason is known.
        }
        catch (Exception exception)
        {
            // Who wrote says that it went wrong, or the kernel cannot watch the socket: it must be closed all the same.
            reason = mistake = exception;
        }
        Close(reason);
        await output.Reader.CompleteAsync(mistake);
        input.Writer.CancelPendingFlush();
    }

    /// <returns>0 where the socket is full.</returns>
    private int Send(in ReadOnlySequence<byte> bytes)
    {
        int sent;
        SocketError error;
        if (bytes.IsSingleSegment)
        {
            sent = socket.Send(bytes.FirstSpan, SocketFlags.None, out error);
        }
        else
        {
            foreach (ReadOnlyMemory<byte> memory in bytes)
            {
                segments.Add(MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) ? segment : memory.ToArray());
            }
            sent = socket.Send(segments, SocketFlags.None, out error);
            segments.Clear();
        }
        return error is SocketError.Success or SocketError.WouldBlock ? sent : throw new SocketException((int)error);
    }

    private ValueTask RoomAsync()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, this);
            room.Reset();
            isSocketFull = true;
            Watch();
            return new ValueTask(this, room.Version);
        }
    }

    private bool TakeFull()
    {
        bool wasFull = isSocketFull;
        isSocketFull = false;
        Watch();
        return wasFull;
    }

    /// <param name="reason">What went wrong: what was not sent is lost then, and the client is told so by a reset.</param>
    private void Close(Exception? reason)
    {
        bool wasFull;
        lock (gate)
        {
            if (isClosed)
            {
                return;
            }
            if (!hasInputEnded)
            {
                EndInput(reason ?? new ConnectionAbortedException("The connection was closed by this side."));
            }
            wasFull = TakeFull();
            isClosed = true;
            loop.Remove(id);
            CloseSocket(isClean: reason is null);
        }
        if (wasFull)
        {
            room.SetResult(true);
        }
    }

    private void CloseSocket(bool isClean)
    {
        if (!isClean)
        {
            socket.Close(timeout: 0);
            return;
        }
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The client was first.
        }
        socket.Dispose();
    }

    /// <summary>Tells the loop what is to be waited for, if that has changed.</summary>
    private void Watch()
    {
        if (isClosed)
        {
            return;
        }
        uint wanted = (hasInputEnded || pauses > 0 ? 0 : Epoll.Readable) | (isSocketFull ? Epoll.Writable : 0);
        if (wanted != interest)
        {
            loop.Watch(id, fd, interest, wanted);
            interest = wanted;
        }
    }

    private static ConnectionResetException Reset(SocketError error)
    {
        var exception = new SocketException((int)error);
        return new ConnectionResetException(exception.Message, exception);
    }
}

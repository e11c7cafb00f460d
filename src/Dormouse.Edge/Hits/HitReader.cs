using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Dormouse.Edge.Hits;

/// <summary>
/// What Kestrel reads a connection from. When it asks for its next request, hits are answered until one comes that is none; that request
/// Kestrel gets whole, and its bytes are counted as Kestrel takes them, which tells where the next one begins.
/// </summary>
/// <remarks>
/// Kestrel's clocks go on: while hits are answered it believes that the connection is idle, so now and then one goes the long way and sets
/// that clock anew. What does not arrive whole within <see cref="Patience"/> is handed over as it is, to be timed there. A stopping server
/// cancels the pending read, as it does without this. One reader at a time, as pipes have it.
/// </remarks>
internal sealed class HitReader : PipeReader, IFirstReader, IDisposable
{
    /// <summary>For the rest of a request to arrive: its packets come together, or some are lost and repeated.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private const int Unknown = 0;

    private readonly ConnectionContext connection;
    private readonly PipeReader input;
    private readonly PipeWriter output;
    private readonly HitAnswers answers;
    private readonly ConnectionLimitOptions options;
    private readonly TimeProvider timeProvider;
    private readonly IPAddress? remote;
    private readonly HitMemory memory = new();

    // Null behind TLS: what a socket receives is no request yet.
    private readonly LoopConnection? sockets;

    // What the loop saw when the request arrived.
    private Outcome? seen;

    // An answer of the loop's that its client has not taken.
    private Task? held;

    private ReadOnlySequence<byte> given;
    private long readBytes;

    // Of the request that was looked at last.
    private int length;

    // Of the request that Kestrel has: bytes that it has not taken yet. Zero: it will ask for the next one.
    private long owed;

    // Where requests begin is no longer known.
    private bool isLost;
    private long passedAt;
    private ITimer? timer;
    private bool isWaiting;
    private volatile bool isImpatient;

    public HitReader(ConnectionContext connection, HitAnswers answers, ConnectionLimitOptions options, TimeProvider timeProvider)
    {
        this.connection = connection;
        this.answers = answers;
        this.options = options;
        this.timeProvider = timeProvider;
        input = connection.Transport.Input;
        output = connection.Transport.Output;
        remote = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        passedAt = timeProvider.GetTimestamp();
        sockets = connection.Features.Get<LoopConnection>() is { } loop && loop.Sockets == connection.Transport ? loop : null;
        connection.Features.Set(memory);
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ForgetLast();
        if (owed == 0 && !isLost)
        {
            return NextRequestAsync(cancellationToken);
        }
        ValueTask<ReadResult> reading = input.ReadAsync(cancellationToken);
        return reading.IsCompletedSuccessfully ? new(Give(reading.Result)) : GiveAsync(reading);
    }

    public override bool TryRead(out ReadResult result)
    {
        ForgetLast();
        // Nobody looks for a request so; if somebody does, its end is not known.
        isLost |= owed == 0;
        bool has = input.TryRead(out result);
        if (has)
        {
            Give(result);
        }
        return has;
    }

    // What was worked out for one request must never be taken for the next: only reads of a request's own rest keep it.
    private void ForgetLast()
    {
        if (owed <= 0 || isLost)
        {
            memory.Passed = null;
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!isLost)
        {
            long taken = given.Slice(given.Start, consumed).Length;
            readBytes += taken;
            owed -= taken;
            isLost = owed < 0;
        }
        given = default;
        input.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => input.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => input.CompleteAsync(exception);

    public void Dispose()
    {
        sockets?.StopFirst();
        timer?.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> NextRequestAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            sockets?.ReadFirst(this, readBytes);
            ReadResult read = await input.ReadAsync(cancellationToken);
            sockets?.StopFirst();
            if (held is not null)
            {
                await held;
                held = null;
            }
            if (read.IsCanceled && isWaiting && isImpatient)
            {
                return HandOver(new ReadResult(read.Buffer, isCanceled: false, read.IsCompleted));
            }
            if (read.IsCanceled || read.IsCompleted)
            {
                // Kestrel stops, or there will be nothing more. Should it go on all the same, it asks for the next request again.
                StopWaiting();
                return Give(read);
            }
            Outcome outcome = seen ?? Look(read.Buffer);
            seen = null;
            if (outcome == Outcome.Kestrel)
            {
                return HandOver(read);
            }
            if (outcome == Outcome.Incomplete)
            {
                Wait();
                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }
            StopWaiting();
            readBytes += length;
            input.AdvanceTo(read.Buffer.GetPosition(length));
            await FlushAsync();
        }
    }

    /// <summary>
    /// Answers on the loop's thread, while Kestrel waits for the next request. A request that is none of these is looked at once.
    /// </summary>
    int IFirstReader.Take(ReadOnlySpan<byte> received, out Task? held)
    {
        this.held = held = null;
        int taken = 0;
        while (taken < received.Length && held is null)
        {
            Outcome outcome = Look(received[taken..]);
            if (outcome != Outcome.Answered)
            {
                // What is incomplete is looked at again once there is more of it.
                seen = outcome == Outcome.Kestrel ? outcome : null;
                break;
            }
            taken += length;
            ValueTask flushing = FlushAsync();
            if (!flushing.IsCompletedSuccessfully)
            {
                this.held = held = flushing.AsTask();
            }
        }
        return taken;
    }

    private Outcome Look(in ReadOnlySequence<byte> buffer)
    {
        byte[]? copy = null;
        try
        {
            return Look(buffer.IsSingleSegment ? buffer.FirstSpan : Join(buffer, out copy));
        }
        finally
        {
            if (copy is not null)
            {
                ArrayPool<byte>.Shared.Return(copy);
            }
        }
    }

    /// <summary>Answers the request that the text begins with, if it can.</summary>
    private Outcome Look(ReadOnlySpan<byte> text)
    {
        (int maxBytes, int maxLines) = answers.HeadMax;
        HeadKind kind = RequestHead.Read(text, maxBytes, maxLines, out RequestHead head);
        length = kind == HeadKind.Framed ? head.Bytes + head.BodyBytes : Unknown;
        if (kind == HeadKind.Incomplete)
        {
            return Outcome.Incomplete;
        }
        if (kind == HeadKind.Unframed || IsTimeToPass || !answers.IsCandidate(head, memory))
        {
            return Outcome.Kestrel;
        }
        if (text.Length < length)
        {
            return Outcome.Incomplete;
        }
        return answers.TryAnswer(head, text[head.Bytes..length], remote, memory, output) ? Outcome.Answered : Outcome.Kestrel;
    }

    /// <summary>Only as much as a hit can be long: what is behind that is not looked at.</summary>
    private static ReadOnlySpan<byte> Join(in ReadOnlySequence<byte> buffer, out byte[] copy)
    {
        var length = (int)Math.Min(buffer.Length, HitAnswers.BytesMax);
        copy = ArrayPool<byte>.Shared.Rent(length);
        buffer.Slice(0, length).CopyTo(copy);
        return copy.AsSpan(0, length);
    }

    // So often that Kestrel's clock for idle connections never runs out on one that is busy.
    private bool IsTimeToPass => timeProvider.GetElapsedTime(passedAt) > options.KeepAlive / 4;

    private ReadResult HandOver(in ReadResult read)
    {
        StopWaiting();
        passedAt = timeProvider.GetTimestamp();
        owed = length;
        isLost = length == Unknown;
        return Give(read);
    }

    private ReadResult Give(in ReadResult read)
    {
        given = read.Buffer;
        return read;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> GiveAsync(ValueTask<ReadResult> reading) => Give(await reading);

    private void Wait()
    {
        if (isWaiting)
        {
            return;
        }
        isWaiting = true;
        // A timer that ran out too late for the last request says nothing of this one.
        isImpatient = false;
        timer ??= timeProvider.CreateTimer(
            static state => ((HitReader)state!).LosePatience(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
        timer.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    // Should the timer run out at this very moment, the next read is cancelled for nothing: Kestrel looks around and asks again.
    private void StopWaiting()
    {
        if (isWaiting)
        {
            isWaiting = false;
            isImpatient = false;
            timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void LosePatience()
    {
        isImpatient = true;
        input.CancelPendingRead();
    }

    /// <summary>What the socket's buffer has no room for, because the client sends and does not read, is watched as any other answer.</summary>
    private async ValueTask FlushAsync()
    {
        ValueTask<FlushResult> flushing = output.FlushAsync();
        if (!flushing.IsCompletedSuccessfully)
        {
            using ITimer deadline = timeProvider.CreateTimer(
                static state => ((ConnectionContext)state!).Abort(),
                connection,
                options.AnswerTimeout,
                Timeout.InfiniteTimeSpan
            );
            await flushing;
        }
    }

    private enum Outcome
    {
        Answered,
        Incomplete,
        Kestrel,
    }
}

using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Dormouse.Schema;

/// <summary>
/// The threads that read one long schema: the one that was asked to, and helpers that stay from step to step. To wake a thread can take as
/// long as a step does, so a helper that finds nothing to do looks for the next step for a while before it leaves. Nobody waits for a helper
/// that has not come: the work is in pieces, and whoever is there takes the next one.
/// </summary>
/// <remarks>
/// Helpers are threads of their own and leave the reader's processor. A thread of the pool that is woken from here is often left behind the
/// one that wakes it, for up to four milliseconds, though another processor has nothing to do.
/// </remarks>
internal sealed class ReadingCrew : IDisposable
{
    /// <summary>The one thread alone.</summary>
    public static readonly ReadingCrew Alone = new(1, static () => { });

    /// <summary>Longer than what one thread does by itself between two steps of a schema of some thousand models.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);

    private const int SpinsBetweenLooks = 50;

    private readonly int readerProcessor = Thread.GetCurrentProcessorId();
    private readonly Step beside;
    private int came;
    private volatile Step? step;
    private volatile bool isOver;

    /// <param name="threads">As many may come, this one included.</param>
    /// <param name="beside">What the first helper does before it helps; if none comes, it is done at the end.</param>
    public ReadingCrew(int threads, Action beside)
    {
        Threads = threads;
        this.beside = new Step(1, (_, _) => beside());
        for (int helper = 1; helper < threads; helper++)
        {
            new Thread(Help) { IsBackground = true, Name = "schema reader" }.UnsafeStart();
        }
    }

    /// <summary>As many as may come.</summary>
    public int Threads { get; }

    /// <summary>Does the pieces of a step, which know nothing of each other, and returns once all are done.</summary>
    /// <param name="pieces">How many.</param>
    /// <param name="work">Does the piece of a number, on the thread of another, below <see cref="Threads"/>.</param>
    public void For(int pieces, Action<int, int> work)
    {
        Step next = new(pieces, work);
        if (Threads > 1 && pieces > 1)
        {
            step = next;
        }
        next.Take(thread: 0);
        next.Wait();
    }

    public void Dispose()
    {
        isOver = true;
        beside.Take(thread: 0);
        beside.Wait();
    }

    private void Help()
    {
        ThreadAffinity.Leave(readerProcessor);
        int thread = Interlocked.Increment(ref came);
        beside.Take(thread);
        Step? done = null;
        for (long since = Stopwatch.GetTimestamp(); !isOver && Stopwatch.GetElapsedTime(since) < Patience; )
        {
            if (step is { } next && next != done)
            {
                next.Take(thread);
                done = next;
                since = Stopwatch.GetTimestamp();
            }
            else
            {
                Thread.SpinWait(SpinsBetweenLooks);
                // Whoever else wants this core goes first.
                Thread.Yield();
            }
        }
    }

    private sealed class Step(int pieces, Action<int, int> work)
    {
        private int taken;
        private int done;
        private ExceptionDispatchInfo? failure;

        public void Take(int thread)
        {
            for (int piece; (piece = Interlocked.Increment(ref taken) - 1) < pieces; )
            {
                try
                {
                    work(piece, thread);
                }
                catch (Exception exception)
                {
                    // Told to whoever waits for the step.
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
                finally
                {
                    Interlocked.Increment(ref done);
                }
            }
        }

        /// <summary>For the pieces that others have: parts of a millisecond.</summary>
        public void Wait()
        {
            SpinWait spin = new();
            while (Volatile.Read(ref done) < pieces)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
            failure?.Throw();
        }
    }
}

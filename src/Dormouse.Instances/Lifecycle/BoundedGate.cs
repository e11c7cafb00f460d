using Dormouse.Contracts;

namespace Dormouse.Instances.Lifecycle;

/// <summary>Lets a bounded number of long works run at once; a bounded number waits in line. Thread-safe.</summary>
/// <param name="atOnceMax">How many run.</param>
/// <param name="waitingMax">How many wait.</param>
/// <param name="tooMany">The failure of whoever finds no place to wait, from the number of places.</param>
internal sealed class BoundedGate(int atOnceMax, int waitingMax, Func<int, DormouseException> tooMany) : IDisposable
{
    private readonly SemaphoreSlim turns = new(atOnceMax);
    private int inside;

    /// <summary>Returns at one's turn; dispose the result to end it.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref inside) > atOnceMax + waitingMax)
        {
            Interlocked.Decrement(ref inside);
            throw tooMany(waitingMax);
        }
        try
        {
            await turns.WaitAsync(cancellationToken);
        }
        catch
        {
            Interlocked.Decrement(ref inside);
            throw;
        }
        return new Turn(this);
    }

    public void Dispose() => turns.Dispose();

    private sealed class Turn(BoundedGate gate) : IDisposable
    {
        private int over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref over, 1) == 0)
            {
                Interlocked.Decrement(ref gate.inside);
                gate.turns.Release();
            }
        }
    }
}

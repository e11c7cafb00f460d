namespace Dormouse.Instances.Backups;

/// <summary>Lets a bounded number of long copies run at once; a bounded number waits in line. Thread-safe.</summary>
internal sealed class TransferGate(BackupOptions options) : IDisposable
{
    private readonly SemaphoreSlim turns = new(options.AtOnceMax);
    private int inside;

    /// <summary>Returns at one's turn; dispose the result to end it.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref inside) > options.AtOnceMax + options.WaitingMax)
        {
            Interlocked.Decrement(ref inside);
            throw BackupFailures.TooManyAtOnce(options.WaitingMax);
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

    private sealed class Turn(TransferGate gate) : IDisposable
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

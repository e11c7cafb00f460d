namespace Dormouse.Instances.Upgrades;

/// <summary>Lets few upgrades run at once and a bounded number wait. Thread-safe.</summary>
internal sealed class UpgradeTurns(UpgradeOptions options) : IDisposable
{
    private readonly SemaphoreSlim turns = new(options.AtOnceMax);
    private int waiting;

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref waiting) > options.WaitingMax + options.AtOnceMax)
        {
            Interlocked.Decrement(ref waiting);
            throw UpgradeFailures.TooManyAtOnce(options.WaitingMax);
        }
        try
        {
            await turns.WaitAsync(cancellationToken);
            return new Turn(this);
        }
        catch
        {
            Interlocked.Decrement(ref waiting);
            throw;
        }
    }

    public void Dispose() => turns.Dispose();

    private sealed class Turn(UpgradeTurns owner) : IDisposable
    {
        private int isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0)
            {
                Interlocked.Decrement(ref owner.waiting);
                owner.turns.Release();
            }
        }
    }
}

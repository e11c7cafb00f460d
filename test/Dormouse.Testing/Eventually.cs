namespace Dormouse.Testing;

/// <summary>Waits for what comes by itself and soon, such as a kernel's or another task's work; fails after a time no machine needs.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    public static async Task TrueAsync(Func<bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"What was awaited did not come to hold within {Patience.TotalSeconds} s.");
            }
            await Task.Delay(Step, TimeProvider.System, CancellationToken.None);
        }
    }
}

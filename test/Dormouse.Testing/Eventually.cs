namespace Dormouse.Testing;

/// <summary>Waits for what comes by itself and soon, such as a kernel's or another task's work; fails after a time no machine needs.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    public static Task TrueAsync(Func<bool> condition) =>
        UntilAsync(condition, () => $"What was awaited did not come to hold within {Patience.TotalSeconds} s.");

    public static Task EqualAsync<T>(T expected, Func<T> actual) =>
        UntilAsync(
            () => EqualityComparer<T>.Default.Equals(expected, actual()),
            () => $"{expected} was awaited; after {Patience.TotalSeconds} s it was still {actual()}."
        );

    private static async Task UntilAsync(Func<bool> condition, Func<string> complaint)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException(complaint());
            }
            await Task.Delay(Step, TimeProvider.System, CancellationToken.None);
        }
    }
}

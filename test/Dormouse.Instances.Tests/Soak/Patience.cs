using Dormouse.Contracts;
using Dormouse.Postgres;

namespace Dormouse.Instances.Tests.Soak;

/// <summary>Asks again while a server recovers, or has to be started once more.</summary>
internal static class Patience
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public static async Task<T> ForAsync<T>(Func<Task<T>> ask)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception recovering)
                when (recovering is PostgresException or ServerConnectionException
                    || recovering is DormouseException { Kind: FailureKind.ComputeAsleep }
                )
            {
                if (limit.IsCancellationRequested)
                {
                    throw;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }
}

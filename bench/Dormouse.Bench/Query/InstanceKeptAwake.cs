using Dormouse.Bench.Load;

namespace Dormouse.Bench.Query;

/// <summary>
/// Asks a database one small question every second, so that its instance does not freeze while the peer, of which the platform knows
/// nothing, is measured on it.
/// </summary>
internal sealed class InstanceKeptAwake : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;

    private InstanceKeptAwake(ProtocolConnection connection, byte[] request) => loop = AskAsync(connection, request);

    public static async Task<InstanceKeptAwake> StartAsync(Uri server, byte[] request)
    {
        ProtocolConnection connection = await ProtocolConnection.OpenAsync(server, CancellationToken.None);
        return new InstanceKeptAwake(connection, request);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        stop.Dispose();
    }

    private async Task AskAsync(ProtocolConnection connection, byte[] request)
    {
        using PeriodicTimer timer = new(Period, TimeProvider.System);
        try
        {
            do
            {
                await connection.SendAsync(request, stop.Token);
            } while (await timer.WaitForNextTickAsync(stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The bench has ended.
        }
        connection.Dispose();
    }
}

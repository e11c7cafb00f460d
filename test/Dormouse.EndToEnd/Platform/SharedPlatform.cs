using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

[assembly: AssemblyFixture(typeof(SharedPlatform))]

namespace Dormouse.EndToEnd.Platform;

/// <summary>
/// One platform for all tests that only use it; each makes databases of its own. Tests that kill, stop or configure one start theirs.
/// It is started by the first test that asks, since not all do.
/// </summary>
public sealed class SharedPlatform : IAsyncDisposable
{
    private readonly Lazy<Task<PlatformProcess>> platform = new(() => PlatformProcess.StartAsync(CancellationToken.None));
    private readonly Lazy<Task<NodeClients>> clients = new(() => NodeClients.EnsureAsync(CancellationToken.None));

    public Task<PlatformProcess> Platform => platform.Value;

    /// <summary>The npm clients; skips the test where Node.js is missing.</summary>
    public Task<NodeClients> Clients
    {
        get
        {
            Assert.SkipWhen(NodeClients.Missing is not null, NodeClients.Missing ?? "");
            return clients.Value;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (platform.IsValueCreated)
        {
            // Where the start failed the tests have said so.
            await platform.Value.ContinueWith(_ => { }, TaskScheduler.Default);
            if (platform.Value.IsCompletedSuccessfully)
            {
                await (await platform.Value).DisposeAsync();
            }
        }
    }
}

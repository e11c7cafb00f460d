using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

[assembly: AssemblyFixture(typeof(SharedPlatform))]

namespace Dormouse.EndToEnd.Platform;

/// <summary>
/// One platform, and one peer of it, for all tests that only use them; each makes databases of its own. Tests that kill, stop or
/// configure one start theirs. Each is started by the first test that asks, since not all do.
/// </summary>
public sealed class SharedPlatform : IAsyncDisposable
{
    private readonly Lazy<Task<PlatformProcess>> platform = new(() => PlatformProcess.StartAsync(CancellationToken.None, "--https", "0"));
    private readonly Lazy<Task<EnginePeer>> peer = new(() => EnginePeer.StartAsync(CancellationToken.None));

    public Task<PlatformProcess> Platform => platform.Value;

    /// <summary>The npm clients of version 7; skips the test where Node.js is missing.</summary>
    public Task<NodeClients> Clients => ClientsOf(ClientSet.Prisma7);

    /// <summary>Prisma's own engine for clients 5 and 6; skips the test where Node.js is missing.</summary>
    public Task<EnginePeer> Peer
    {
        get
        {
            SkipWithoutNode();
            return peer.Value;
        }
    }

    /// <summary>The npm clients of a version; skips the test where Node.js is missing.</summary>
    public Task<NodeClients> ClientsOf(ClientSet set)
    {
        SkipWithoutNode();
        return NodeClients.EnsureAsync(set, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (await StartedAsync(peer) is { } startedPeer)
        {
            startedPeer.Dispose();
        }
        if (await StartedAsync(platform) is { } startedPlatform)
        {
            await startedPlatform.DisposeAsync();
        }
    }

    // Where a start failed the tests have said so.
    private static async Task<T?> StartedAsync<T>(Lazy<Task<T>> lazy)
        where T : class
    {
        if (!lazy.IsValueCreated)
        {
            return null;
        }
        await lazy.Value.ContinueWith(_ => { }, TaskScheduler.Default);
        return lazy.Value.IsCompletedSuccessfully ? await lazy.Value : null;
    }

    private static void SkipWithoutNode() => Assert.SkipWhen(NodeClients.Missing is not null, NodeClients.Missing ?? "");
}

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
    private readonly Lazy<Task<PlatformProcess>> platform = new(() => PlatformProcess.StartAsync(CancellationToken.None, "--https", "0"));

    public Task<PlatformProcess> Platform => platform.Value;

    /// <summary>The npm clients of version 7; skips the test where Node.js is missing.</summary>
    public Task<NodeClients> Clients => ClientsOf(ClientSet.Prisma7);

    /// <summary>A process with Prisma's own engine for clients 5 and 6; skips the test where Node.js is missing.</summary>
    public static Task<EnginePeer> StartPeerAsync(CancellationToken cancellationToken)
    {
        SkipWithoutNode();
        return EnginePeer.StartAsync(cancellationToken);
    }

    /// <summary>The npm clients of a version; skips the test where Node.js is missing.</summary>
    public Task<NodeClients> ClientsOf(ClientSet set)
    {
        SkipWithoutNode();
        return NodeClients.EnsureAsync(set, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!platform.IsValueCreated)
        {
            return;
        }
        // Where the start failed the tests have said so.
        await platform.Value.ContinueWith(_ => { }, TaskScheduler.Default);
        if (platform.Value.IsCompletedSuccessfully)
        {
            await (await platform.Value).DisposeAsync();
        }
    }

    private static void SkipWithoutNode() => Assert.SkipWhen(NodeClients.Missing is not null, NodeClients.Missing ?? "");
}

using Dormouse.Control.Tests.Attached;
using Dormouse.Testing.Servers;

[assembly: AssemblyFixture(typeof(SharedForeign))]

namespace Dormouse.Control.Tests.Attached;

/// <summary>One server that somebody else runs, for all tests that only attach it.</summary>
public sealed class SharedForeign : IAsyncDisposable
{
    private readonly Lazy<Task<ForeignPostgres>> server = new(() => ForeignPostgres.StartAsync(CancellationToken.None));

    public Task<ForeignPostgres> Server => server.Value;

    public async ValueTask DisposeAsync()
    {
        if (server.IsValueCreated)
        {
            await (await server.Value).DisposeAsync();
        }
    }
}

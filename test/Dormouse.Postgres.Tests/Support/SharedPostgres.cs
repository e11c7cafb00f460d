using Dormouse.Postgres.Tests.Support;
using Dormouse.Testing;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace Dormouse.Postgres.Tests.Support;

/// <summary>One real PostgreSQL for this assembly; its tests keep apart by the names of what they make.</summary>
public sealed class SharedPostgres : IAsyncLifetime
{
    private TestPostgres? server;

    /// <summary>The superuser's.</summary>
    public ServerLogin Login => new(server!.SocketPath, server.PlatformUser, server.PlatformPassword, server.Database);

    public int PostmasterPid => server!.PostmasterPid;

    public ValueTask<ServerConnection> OpenAsync(ServerConnectionOptions? options = null) =>
        ServerConnection.OpenAsync(Login, options ?? new ServerConnectionOptions(), TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync() => server = await TestPostgres.StartAsync([], CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (server is { } mine)
        {
            await mine.DisposeAsync();
        }
    }
}

using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Templates;

/// <summary>The server that other tests stand on.</summary>
public sealed class TestPostgresTests
{
    [Fact]
    public async Task A_disposed_server_leaves_neither_process_nor_folder()
    {
        TestPostgres server = await TestPostgres.StartAsync(["max_connections=7"], TestContext.Current.CancellationToken);
        Assert.Equal("7", await server.QueryAsync("SHOW max_connections", TestContext.Current.CancellationToken));
        string status = $"/proc/{server.PostmasterPid}/status";
        Assert.Contains("postgres", await File.ReadAllTextAsync(status, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await server.DisposeAsync();
        Assert.False(Directory.Exists(server.DataPath));
        Assert.False(File.Exists(status));
    }
}

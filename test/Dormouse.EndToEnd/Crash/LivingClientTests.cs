using System.Diagnostics;
using System.Globalization;
using Dormouse.Testing;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Crash;

/// <summary>An app that goes on running while the platform is stopped and started again.</summary>
public sealed class LivingClientTests
{
    [Fact]
    public async Task A_client_that_has_sent_its_schema_asks_on_after_a_restart_as_if_nothing_had_been()
    {
        Assert.SkipWhen(NodeClients.Missing is not null, NodeClients.Missing ?? "");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        NodeClients clients = await NodeClients.EnsureAsync(ClientSet.Prisma6, cancellationToken);
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken);
        PlatformDatabase database = await platform.CreateDatabaseAsync("living", cancellationToken);
        string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), cancellationToken);
        await platform.ExecuteAsync(database.Name, schema + """; INSERT INTO "Category" (name) VALUES ('kept')""", cancellationToken);
        using TestDataFolder folder = new();
        string moved = Path.Combine(folder.Path, "port");
        using Process client = clients.Start("survive.js", database.Url, moved);
        try
        {
            Assert.Equal(
                """{"names":[{"name":"kept"}],"sent":["POST graphql 404","PUT schema 200","POST graphql 200"]}""",
                await client.StandardOutput.ReadLineAsync(cancellationToken)
            );

            await platform.DownAsync(cancellationToken);
            await platform.UpAsync(cancellationToken);
            // Whole at once: the client reads it as soon as it is there.
            await File.WriteAllTextAsync(moved + ".new", platform.Http.Port.ToString(CultureInfo.InvariantCulture), cancellationToken);
            File.Move(moved + ".new", moved);

            Assert.Equal(
                """{"names":[{"name":"kept"}],"sent":["POST graphql 200"]}""",
                await client.StandardOutput.ReadLineAsync(cancellationToken)
            );
        }
        finally
        {
            client.Kill();
            await client.WaitForExitAsync(CancellationToken.None);
        }
    }
}

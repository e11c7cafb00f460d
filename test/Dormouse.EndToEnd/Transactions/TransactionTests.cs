using System.Text.Json;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Transactions;

/// <summary>What the npm client promises of transactions: nesting, isolation, expiry, and taking turns.</summary>
public sealed class TransactionTests(SharedPlatform shared)
{
    private const int CheckCount = 13;

    [Fact]
    public async Task Transactions_of_the_client_keep_their_promises()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        NodeClients clients = await shared.Clients;
        PlatformProcess platform = await shared.Platform;
        PlatformDatabase database = await platform.CreateDatabaseAsync("transactions", cancellationToken);
        string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), cancellationToken);
        await platform.ExecuteAsync(database.Id, schema, cancellationToken);

        string printed = await clients.RunAsync("transactions.js", [database.Url], TimeSpan.FromMinutes(2), cancellationToken);

        Dictionary<string, string?> outcomes = JsonSerializer.Deserialize<Dictionary<string, string?>>(printed)!;
        string[] broken = [.. outcomes.Where(check => check.Value is not null).Select(check => $"{check.Key}: {check.Value}")];
        Assert.True(broken.Length == 0, string.Join("\n\n", broken));
        Assert.Equal(CheckCount, outcomes.Count);
    }
}

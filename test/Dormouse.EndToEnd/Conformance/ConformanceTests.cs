using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Conformance;

/// <summary>
/// Every captured operation, run by the unmodified npm client against a running platform, gives the client what the capture holds:
/// plainly, inside <c>$transaction([...])</c>, and inside an interactive transaction.
/// </summary>
public sealed class ConformanceTests(SharedPlatform shared)
{
    [Theory]
    [InlineData("default", "plain", 152)]
    [InlineData("default", "array", 132)]
    [InlineData("default", "interactive", 135)]
    [InlineData("preview", "plain", 152)]
    [InlineData("preview", "array", 132)]
    [InlineData("preview", "interactive", 135)]
    public async Task Every_captured_operation_gives_the_client_the_captured_result(string client, string form, int comparedCount)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        NodeClients clients = await shared.Clients;
        PlatformProcess platform = await shared.Platform;
        PlatformDatabase database = await platform.CreateDatabaseAsync($"conformance-{client}-{form}", cancellationToken);
        string schema = await File.ReadAllTextAsync(Path.Combine(ClientSet.Shared, "schema.sql"), cancellationToken);
        await platform.ExecuteAsync(database.Id, schema, cancellationToken);

        await CapturedOperations.CheckAsync(clients, database.Url, client, form, comparedCount, cancellationToken);
    }
}

using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Platform;
using Dormouse.Testing.Processes;

namespace Dormouse.EndToEnd.Backups;

/// <summary>Dumps by the command line: files of some megabytes, so that they are streams and not one packet.</summary>
public sealed class DumpCommandTests
{
    private const string Fill = "CREATE TABLE kept AS SELECT n, md5(n::text) AS text FROM generate_series(1, 200000) n;";

    private const string Fingerprint = "SELECT md5(string_agg(n || text, ',' ORDER BY n)) FROM kept";

    [Theory]
    [InlineData("custom")]
    [InlineData("plain")]
    public async Task What_one_command_exports_another_imports_and_refusals_arrive_with_their_code(string format)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, "--no-sample");
        PlatformDatabase source = await platform.CreateDatabaseAsync("shop", cancellationToken);
        PlatformDatabase target = await platform.CreateDatabaseAsync("again", cancellationToken);
        await platform.ExecuteAsync(source.Id, Fill, cancellationToken);
        string file = Path.Combine(platform.DataPath, "shop.dump");
        string broken = Path.Combine(platform.DataPath, "broken.sql");

        (await platform.RunAsync(["db", "export", "shop", "--file", file, "--format", format], cancellationToken)).Succeeded();
        (await platform.RunAsync(["db", "import", "again", "--file", file], cancellationToken)).Succeeded();
        ProcessRun refused = await platform.RunAsync(["db", "import", "again", "--file", file], cancellationToken);
        await File.WriteAllTextAsync(broken, "SELECT 1/0;\n" + new string(' ', 20_000_000), cancellationToken);
        ProcessRun failed = await platform.RunAsync(["db", "import", "again", "--file", broken, "--into-existing"], cancellationToken);

        Assert.Equal(await AskAsync(platform, source, cancellationToken), await AskAsync(platform, target, cancellationToken));
        Assert.StartsWith("DM3523: ", refused.Errors, StringComparison.Ordinal);
        Assert.StartsWith("DM3522: ", failed.Errors, StringComparison.Ordinal);
        Assert.Contains("division by zero", failed.Errors, StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFiles(platform.DataPath, "shop.dump*"));
    }

    private static async Task<string?> AskAsync(PlatformProcess platform, PlatformDatabase database, CancellationToken cancellationToken)
    {
        using ProtocolClient client = ProtocolClient.Of(platform, database);
        return await client.ScalarAsync(Fingerprint, cancellationToken);
    }
}

using System.Text.Json;
using Dormouse.Testing;
using Dormouse.Testing.Platform;
using Dormouse.Testing.Processes;

namespace Dormouse.EndToEnd.Platform;

/// <summary>
/// The platform is killed in the middle of an upgrade to another major version: after the next start the old data answers, nothing of the attempt is left,
/// and the upgrade works once nobody kills it. Skipped where the older version cannot be had.
/// </summary>
public sealed class UpgradeKillTests
{
    // Some 20 MB and an index that takes its time: each step is long enough to be hit.
    private const string Fill = """
        CREATE TABLE filler AS
        SELECT n, (SELECT string_agg(md5(random()::text || i), '') FROM generate_series(1, 40) i WHERE n > 0) AS text FROM generate_series(1, 15000) n;
        CREATE INDEX filler_text ON filler (md5(text));
        CREATE TABLE kept AS SELECT 'before'::text AS text;
        """;

    [Fact]
    public async Task A_kill_in_the_middle_of_an_upgrade_leaves_the_old_whole_and_the_next_attempt_works()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Assert.SkipWhen(await TestImage.GetOlderAsync() is null, TestImage.OlderMissing ?? "");
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, "--no-sample", "--postgres", "17");
        PlatformDatabase database = await platform.CreateDatabaseAsync("shop", cancellationToken);
        await platform.ExecuteAsync(database.Id, Fill, cancellationToken);
        string own = Path.Combine(platform.DataPath, "instances", database.Id);

        // While the new data directory is cloned, while its server starts, and while it is filled.
        await KillDuringAsync(
            platform,
            () => Directory.Exists(Path.Combine(own, "data.upgrading.cloning")) || HasNew(own),
            cancellationToken
        );
        await AssertAsync(platform, database, own, "17.", cancellationToken);
        await KillDuringAsync(platform, () => File.Exists(Path.Combine(own, "upgrading.lock")), cancellationToken);
        await AssertAsync(platform, database, own, "17.", cancellationToken);
        long empty = 0;
        await KillDuringAsync(
            platform,
            () =>
            {
                long size = SizeOf(Path.Combine(own, "data.upgrading", "base"));
                empty = empty == 0 ? size : empty;
                return empty > 0 && size > empty + 4_000_000;
            },
            cancellationToken
        );
        await AssertAsync(platform, database, own, "17.", cancellationToken);

        JsonElement upgraded = await platform.JsonAsync(["db", "upgrade", "shop", "--to", "18"], cancellationToken);
        Assert.StartsWith("17.", upgraded.GetProperty("previousPostgres").GetString(), StringComparison.Ordinal);
        await AssertAsync(platform, database, own, "18.", cancellationToken);
        await platform.KillAsync(cancellationToken);
        await platform.UpAsync(cancellationToken);
        await AssertAsync(platform, database, own, "18.", cancellationToken);
        await platform.ExecuteAsync(database.Id, "UPDATE kept SET text = 'after'", cancellationToken);
        ProcessRun unsaid = await platform.RunAsync(["db", "upgrade", "shop", "--confirm", "--back"], cancellationToken);
        Assert.Equal(2, unsaid.ExitCode);

        await platform.JsonAsync(["db", "upgrade", "shop", "--back"], cancellationToken);
        await AssertAsync(platform, database, own, "17.", cancellationToken);
        await platform.JsonAsync(["db", "upgrade", "shop", "--to", "18"], cancellationToken);
        await platform.JsonAsync(["db", "upgrade", "shop", "--confirm"], cancellationToken);
        await AssertAsync(platform, database, own, "18.", cancellationToken);
        Assert.Equal(["data"], Directory.GetDirectories(own, "data*").Select(path => Path.GetFileName(path)));
    }

    private static async Task KillDuringAsync(PlatformProcess platform, Func<bool> isUnderWay, CancellationToken cancellationToken)
    {
        Task<ProcessRun> running = platform.RunAsync(["db", "upgrade", "shop", "--to", "18"], cancellationToken);
        while (!isUnderWay())
        {
            Assert.False(running.IsCompleted, "It ended before it was seen: " + (running.IsCompleted ? (await running).ToString() : ""));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
        }
        await platform.KillAsync(cancellationToken);
        await running;
        await platform.UpAsync(cancellationToken);
    }

    private static async Task AssertAsync(
        PlatformProcess platform,
        PlatformDatabase database,
        string own,
        string version,
        CancellationToken cancellationToken
    )
    {
        using ProtocolClient client = ProtocolClient.Of(platform, database);
        Assert.StartsWith(
            version,
            await client.ScalarAsync("SELECT current_setting('server_version')", cancellationToken),
            StringComparison.Ordinal
        );
        Assert.Equal("before", await client.ScalarAsync("SELECT text FROM kept", cancellationToken));
        Assert.Equal("15000", await client.ScalarAsync("SELECT count(*)::text FROM filler WHERE length(text) = 1280", cancellationToken));
        Assert.Empty(Directory.GetFileSystemEntries(own, "*upgrading*"));
        Assert.Equal(["run"], Directory.GetDirectories(own, "run*").Select(path => Path.GetFileName(path)));
    }

    private static bool HasNew(string own) => Directory.Exists(Path.Combine(own, "data.upgrading"));

    private static long SizeOf(string folder)
    {
        try
        {
            return Directory.Exists(folder)
                ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
                : 0;
        }
        catch (IOException)
        {
            // It changes under our eyes.
            return 0;
        }
    }
}

using System.Text.Json;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;
using Dormouse.Testing.Platform;
using Dormouse.Testing.Processes;

namespace Dormouse.EndToEnd.Backups;

/// <summary>
/// The platform is killed in the middle of a backup, of a restore to a new database and of one in the place of an old, and of a clone: after
/// the next start there is no half backup, no half database, and what was there before is as it was.
/// </summary>
public sealed class BackupKillTests
{
    // Some 60 MB that hardly compress: each step takes long enough to be hit.
    private const string Fill = """
        CREATE TABLE filler AS
        SELECT n, (SELECT string_agg(md5(random()::text || i), '') FROM generate_series(1, 60) i WHERE n > 0) AS text FROM generate_series(1, 30000) n;
        CREATE TABLE kept AS SELECT 'before'::text AS text;
        """;

    [Fact]
    public async Task A_kill_in_the_middle_of_a_backup_or_restore_leaves_nothing_half_made()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken, "--no-sample");
        PlatformDatabase database = await platform.CreateDatabaseAsync("shop", cancellationToken);
        await platform.ExecuteAsync(database.Id, Fill, cancellationToken);

        string backups = Path.Combine(platform.DataPath, "backups", database.Id);
        await KillDuringAsync(platform, ["db", "backup", "shop"], () => Holds(backups, "*.unfinished"), cancellationToken);
        Assert.Empty(Directory.GetFiles(backups));
        Assert.Equal(0, (await platform.JsonAsync(["db", "backup", "list"], cancellationToken)).GetArrayLength());
        await AssertAsync(platform, database, "before", cancellationToken);

        JsonElement taken = await platform.JsonAsync(["db", "backup", "shop"], cancellationToken);
        string backup = taken.GetProperty("name").GetString()!;
        await platform.ExecuteAsync(database.Id, "UPDATE kept SET text = 'after'", cancellationToken);

        string instances = Path.Combine(platform.DataPath, "instances");
        string[] folders = Names(instances);
        await KillDuringAsync(
            platform,
            ["db", "restore", backup, "again"],
            () => Directory.GetDirectories(instances, "*").Any(folder => Holds(Path.Combine(folder, "data.restoring"), "*")),
            cancellationToken
        );
        Assert.Equal(folders, Names(instances));
        Assert.Equal(["shop"], await ListAsync(platform, cancellationToken));

        await KillDuringAsync(
            platform,
            ["db", "clone", "shop", "twin"],
            () => Directory.GetDirectories(instances, "*").Any(folder => Holds(Path.Combine(folder, "data.restoring"), "*")),
            cancellationToken
        );
        Assert.Equal(folders, Names(instances));
        Assert.Equal(["shop"], await ListAsync(platform, cancellationToken));

        string own = Path.Combine(instances, database.Id);
        await KillDuringAsync(
            platform,
            ["db", "restore", backup, "--replace", "shop"],
            () => Holds(Path.Combine(own, "data.restoring"), "*"),
            cancellationToken
        );
        Assert.Equal(["data"], Directory.GetDirectories(own, "data*").Select(path => Path.GetFileName(path)));
        await AssertAsync(platform, database, "after", cancellationToken);

        // And all of it works once nobody kills it.
        await platform.JsonAsync(["db", "restore", backup, "--replace", "shop"], cancellationToken);
        await AssertAsync(platform, database, "before", cancellationToken);
        JsonElement again = await platform.JsonAsync(["db", "restore", backup, "again"], cancellationToken);
        Assert.Equal("again", again.GetProperty("name").GetString());
        await platform.JsonAsync(["db", "clone", "shop", "twin"], cancellationToken);
        Assert.Equal(["again", "shop", "twin"], await ListAsync(platform, cancellationToken));
    }

    private static async Task KillDuringAsync(
        PlatformProcess platform,
        string[] command,
        Func<bool> isUnderWay,
        CancellationToken cancellationToken
    )
    {
        Task<ProcessRun> running = platform.RunAsync(command, cancellationToken);
        await Eventually.TrueAsync(() => isUnderWay() || running.IsCompleted);
        Assert.False(running.IsCompleted, "It ended before it was seen: " + (running.IsCompleted ? (await running).ToString() : ""));
        await platform.KillAsync(cancellationToken);
        Assert.True(isUnderWay(), "It was done before the kill: the test showed nothing.");
        await running;
        await platform.UpAsync(cancellationToken);
    }

    private static bool Holds(string folder, string pattern) =>
        Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder, pattern).Any();

    private static async Task AssertAsync(
        PlatformProcess platform,
        PlatformDatabase database,
        string expected,
        CancellationToken cancellationToken
    )
    {
        using ProtocolClient client = ProtocolClient.Of(platform, database);
        Assert.Equal(expected, await client.ScalarAsync("SELECT text FROM kept", cancellationToken));
        Assert.Equal("30000", await client.ScalarAsync("SELECT count(*)::text FROM filler WHERE length(text) = 1920", cancellationToken));
    }

    private static async Task<string[]> ListAsync(PlatformProcess platform, CancellationToken cancellationToken)
    {
        JsonElement list = await platform.JsonAsync(["db", "list"], cancellationToken);
        return [.. list.EnumerateArray().Select(database => database.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];
    }

    private static string[] Names(string folder) =>
        [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}

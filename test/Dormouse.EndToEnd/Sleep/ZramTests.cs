using System.Text.Json;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Sleep;

/// <summary>Compressed swap that a platform sets up and undoes. Long: it gives swap to the whole machine, on which others test that there is none.</summary>
[Trait("Category", "Long")]
public sealed class ZramTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static string[] Swaps =>
        [.. File.ReadLines("/proc/swaps").Skip(1).Where(line => line.Contains("zram", StringComparison.Ordinal))];

    [Fact]
    public async Task Zram_of_the_platform_takes_the_memory_of_frozen_databases_and_ends_with_down()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Setting up zram needs root.");
        Assert.SkipUnless(Directory.Exists("/sys/class/zram-control"), "This kernel has no zram.");
        string[] before = Swaps;
        await using PlatformProcess platform = await PlatformProcess.StartAsync(Cancelled, "--no-sample", "--zram", "256");
        string[] own = [.. Swaps.Except(before)];
        Assert.Single(own);
        PlatformDatabase database = await platform.CreateDatabaseAsync("deep", Cancelled);
        await platform.ExecuteAsync(database.Id, "CREATE TABLE kept AS SELECT 42 AS n", Cancelled);
        await platform.SleepAsync(database.Id, "reclaimed", Cancelled);

        // The next platform of the same words finds the memory where it is.
        await platform.KillAsync(Cancelled);
        await platform.UpAsync(Cancelled);
        Assert.Equal(own.Select(NameOf), Swaps.Except(before).Select(NameOf));
        JsonElement shown = await platform.ShowAsync(database.Id, Cancelled);
        Assert.NotEqual("stopped", shown.GetProperty("state").GetString());
        await platform.ExecuteAsync(database.Id, "INSERT INTO kept VALUES (43)", Cancelled);
        await platform.SleepAsync(database.Id, "reclaimed", Cancelled);

        // A crash, and nobody but "down" afterwards.
        await platform.KillAsync(Cancelled);
        await platform.DownAsync(Cancelled);
        Assert.Equal(before.Select(NameOf), Swaps.Select(NameOf));
        Assert.False(File.Exists(Path.Combine(platform.DataPath, "zram.json")));
    }

    private static string NameOf(string line) => line.Split((char[])[' ', '\t'], 2)[0];
}

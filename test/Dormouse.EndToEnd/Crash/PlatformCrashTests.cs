using System.Diagnostics;
using System.Text.Json;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Crash;

/// <summary>
/// The platform is killed in the middle of writes and started again on the same data: what was acknowledged is there, each instance
/// that ran or was frozen is served by the process that it had, and no other process is left over.
/// </summary>
public sealed class PlatformCrashTests
{
    private const int Rounds = 4;
    private const int WritersPerDatabase = 3;

    [Fact]
    public async Task After_a_kill_in_the_middle_of_writes_nothing_acknowledged_is_lost_and_every_instance_is_adopted()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        Random random = new(seed);
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken);
        List<LedgerWriter> writers = [];
        List<PlatformDatabase> written = [];
        foreach (string name in (string[])["first", "second"])
        {
            PlatformDatabase database = await platform.CreateDatabaseAsync(name, cancellationToken);
            await platform.ExecuteAsync(database.Id, LedgerWriter.Table, cancellationToken);
            written.Add(database);
            writers.AddRange(Enumerable.Range(1, WritersPerDatabase).Select(writer => new LedgerWriter(database, writer)));
        }
        PlatformDatabase frozen = await CreateSleepingAsync(platform, "cold", "frozen", cancellationToken);
        PlatformDatabase stopped = await CreateSleepingAsync(platform, "asleep", "stopped", cancellationToken);

        for (int round = 0; round < Rounds; round++)
        {
            Task[] writing = [.. writers.Select(writer => writer.WriteUntilGoneAsync(platform, cancellationToken))];
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200, 900)), TimeProvider.System, cancellationToken);
            await platform.SleepAsync(frozen.Id, "frozen", cancellationToken);
            await platform.SleepAsync(stopped.Id, "stopped", cancellationToken);
            Dictionary<string, int> before = await PidsAsync(platform, [.. written, frozen], cancellationToken);
            int[] processes = [.. Postmasters.Under(platform.DataPath).Order()];

            await platform.KillAsync(cancellationToken);
            await Task.WhenAll(writing);
            await platform.UpAsync(cancellationToken);

            Assert.Equal(before, await PidsAsync(platform, [.. written, frozen], cancellationToken));
            Assert.Equal(processes, Postmasters.Under(platform.DataPath).Order());
            foreach (LedgerWriter writer in writers)
            {
                await writer.AssertKeptAsync(platform, cancellationToken);
            }
            await AssertAnswersAsync(platform, frozen, cancellationToken);
            await AssertAnswersAsync(platform, stopped, cancellationToken);
        }

        Assert.All(writers, writer => Assert.True(writer.AcknowledgedCount > Rounds, "A writer hardly wrote: the test showed nothing."));
    }

    [Fact]
    public async Task The_next_request_after_an_instance_was_killed_is_answered()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken);
        PlatformDatabase database = await platform.CreateDatabaseAsync("victim", cancellationToken);
        await platform.ExecuteAsync(database.Id, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42);", cancellationToken);
        using ProtocolClient client = ProtocolClient.Of(platform, database);
        Assert.Equal("42", await client.ScalarAsync("SELECT n FROM kept", cancellationToken));

        JsonElement before = await platform.ShowAsync(database.Id, cancellationToken);
        int pid = before.GetProperty("pid").GetInt32();
        using Process postmaster = Process.GetProcessById(pid);
        postmaster.Kill();
        await postmaster.WaitForExitAsync(cancellationToken);

        Assert.Equal("42", await client.ScalarAsync("SELECT n FROM kept", cancellationToken));
        JsonElement after = await platform.ShowAsync(database.Id, cancellationToken);
        Assert.NotEqual(pid, after.GetProperty("pid").GetInt32());
        Assert.True(after.GetProperty("generation").GetInt64() > before.GetProperty("generation").GetInt64());
    }

    [Fact]
    public async Task A_second_up_finds_every_database_and_down_leaves_no_process()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using PlatformProcess platform = await PlatformProcess.StartAsync(cancellationToken);
        PlatformDatabase database = await platform.CreateDatabaseAsync("kept", cancellationToken);
        await platform.ExecuteAsync(database.Id, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42);", cancellationToken);
        string[] names = await NamesAsync(platform, cancellationToken);
        Assert.Contains("kept", names);

        await platform.DownAsync(cancellationToken);
        Assert.Empty(Postmasters.Under(platform.DataPath));
        await platform.UpAsync(cancellationToken);

        Assert.False(platform.Up.GetProperty("firstRun").GetBoolean());
        Assert.Equal(names, await NamesAsync(platform, cancellationToken));
        using ProtocolClient client = ProtocolClient.Of(platform, database);
        Assert.Equal("42", await client.ScalarAsync("SELECT n FROM kept", cancellationToken));
    }

    private static async Task<PlatformDatabase> CreateSleepingAsync(
        PlatformProcess platform,
        string name,
        string state,
        CancellationToken cancellationToken
    )
    {
        PlatformDatabase database = await platform.CreateDatabaseAsync(name, cancellationToken);
        await platform.SleepAsync(database.Id, state, cancellationToken);
        return database;
    }

    private static async Task AssertAnswersAsync(PlatformProcess platform, PlatformDatabase database, CancellationToken cancellationToken)
    {
        using ProtocolClient client = ProtocolClient.Of(platform, database);
        Assert.Equal("1", await client.ScalarAsync("SELECT 1::int", cancellationToken));
    }

    private static async Task<Dictionary<string, int>> PidsAsync(
        PlatformProcess platform,
        IEnumerable<PlatformDatabase> databases,
        CancellationToken cancellationToken
    )
    {
        JsonElement list = await platform.JsonAsync(["db", "list"], cancellationToken);
        Dictionary<string, JsonElement> byId = list.EnumerateArray().ToDictionary(database => database.GetProperty("id").GetString()!);
        return databases.ToDictionary(database => database.Name, database => byId[database.Id].GetProperty("pid").GetInt32());
    }

    private static async Task<string[]> NamesAsync(PlatformProcess platform, CancellationToken cancellationToken)
    {
        JsonElement list = await platform.JsonAsync(["db", "list"], cancellationToken);
        return [.. list.EnumerateArray().Select(database => database.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];
    }
}

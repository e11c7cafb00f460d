using System.Text.Json;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing.Platform;
using Dormouse.Testing.Processes;

namespace Dormouse.EndToEnd.Sleep;

/// <summary>Databases that nobody uses fall asleep by themselves; the next request finds them as they were.</summary>
public sealed class SleepTests(SleepyPlatform sleepy) : IClassFixture<SleepyPlatform>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private PlatformProcess Platform => sleepy.Platform;

    [Fact]
    public async Task An_idle_database_freezes_by_itself_and_the_next_request_wakes_the_same_process()
    {
        PlatformDatabase database = await Platform.CreateDatabaseAsync("idle", Cancelled);
        using ProtocolClient client = ProtocolClient.Of(Platform, database);
        await client.ExecuteAsync("CREATE TABLE kept AS SELECT 42 AS n", Cancelled);
        string? backend = await client.ScalarAsync("SELECT pg_backend_pid()", Cancelled);
        JsonElement frozen = await WaitForAsync(database, "frozen");
        int pid = frozen.GetProperty("pid").GetInt32();
        JsonElement last = frozen.GetProperty("history").EnumerateArray().Last();
        Assert.Equal("frozen", last.GetProperty("state").GetString());
        Assert.StartsWith("idle for ", last.GetProperty("reason").GetString(), StringComparison.Ordinal);
        ProcessRun status = await Platform.RunAsync(["status"], Cancelled);
        Assert.Matches(
            "(?m)^limits     memory of a database: (not )?limited; its processes: (not )?limited; its processor",
            status.Succeeded()
        );
        Assert.Matches("(?m)^disk       of a small database: growth refused .+; 0 may not grow now$", status.Succeeded());
        Assert.Matches("(?m)^sleep      frozen by (cgroup v2|cgroup v1|signals); memory ", status.Succeeded());
        Assert.Matches("(?m)^memory     pressure (none|tight|short), [0-9.]+ GiB available", status.Succeeded());

        Assert.Equal("42", await client.ScalarAsync("SELECT n FROM kept", Cancelled));
        JsonElement awake = await Platform.ShowAsync(database.Id, Cancelled);
        Assert.Equal("running", awake.GetProperty("state").GetString());
        Assert.Equal(pid, awake.GetProperty("pid").GetInt32());
        // The pool's session lived through it: it is the same server process.
        Assert.Equal(backend, await client.ScalarAsync("SELECT pg_backend_pid()", Cancelled));
    }

    [Fact]
    public async Task No_timeout_that_a_tenant_sets_ends_a_session_at_the_thaw()
    {
        PlatformDatabase database = await Platform.CreateDatabaseAsync("clocks", Cancelled);
        using ProtocolClient client = ProtocolClient.Of(Platform, database);
        foreach (string timeout in (string[])["idle_session", "idle_in_transaction_session"])
        {
            await client.ExecuteAsync($"ALTER ROLE app SET {timeout}_timeout = '10ms'", Cancelled);
        }
        await client.ExecuteAsync("ALTER ROLE app SET statement_timeout = '20s'", Cancelled);
        await client.ExecuteAsync("ALTER ROLE app SET transaction_timeout = '20s'", Cancelled);
        // What is set for a role holds from its next session on.
        await Platform.SleepAsync(database.Id, "stopped", Cancelled);
        string? backend = await client.ScalarAsync("SELECT pg_backend_pid()", Cancelled);
        for (var i = 0; i < 10; i++)
        {
            await Platform.SleepAsync(database.Id, "frozen", Cancelled);
            // PostgreSQL's clock goes on meanwhile, far beyond the idle ones.
            await Task.Delay(TimeSpan.FromMilliseconds(40), TimeProvider.System, Cancelled);
            Assert.Equal(backend, await client.ScalarAsync("SELECT pg_backend_pid()", Cancelled));
        }
        Assert.Equal("20s", await client.ScalarAsync("SELECT current_setting('statement_timeout')", Cancelled));
    }

    [Fact]
    public async Task An_open_interactive_transaction_keeps_its_database_awake()
    {
        PlatformDatabase database = await Platform.CreateDatabaseAsync("busy", Cancelled);
        using ProtocolClient client = ProtocolClient.Of(Platform, database);
        string transaction = await client.BeginAsync(TimeSpan.FromSeconds(60), Cancelled);
        await client.ExecuteAsync("CREATE TABLE seen (n int)", Cancelled, transaction + "/query");
        DateTimeOffset since = (await Platform.ShowAsync(database.Id, Cancelled)).GetProperty("since").GetDateTimeOffset();

        // Another database falls asleep meanwhile: by then this one would have, too.
        PlatformDatabase witness = await Platform.CreateDatabaseAsync("witness", Cancelled);
        await WaitForAsync(witness, "frozen");
        JsonElement shown = await Platform.ShowAsync(database.Id, Cancelled);
        Assert.Equal("running", shown.GetProperty("state").GetString());
        Assert.Equal(since, shown.GetProperty("since").GetDateTimeOffset());
        ProcessRun refused = await Platform.RunAsync(["db", "sleep", database.Id], Cancelled);
        Assert.Equal(1, refused.ExitCode);
        Assert.Matches("DM\\d{4}", refused.Errors);

        await client.ExecuteAsync("INSERT INTO seen VALUES (1)", Cancelled, transaction + "/query");
        await client.CommitAsync(transaction, Cancelled);
        await WaitForAsync(database, "frozen");
        Assert.Equal("1", await client.ScalarAsync("SELECT count(*)::int FROM seen", Cancelled));
    }

    [Fact]
    public async Task Many_requests_at_once_wake_a_stopped_database_once()
    {
        PlatformDatabase database = await Platform.CreateDatabaseAsync("crowd", Cancelled);
        using ProtocolClient client = ProtocolClient.Of(Platform, database);
        await client.ExecuteAsync("CREATE TABLE kept AS SELECT 42 AS n", Cancelled);
        await Platform.SleepAsync(database.Id, "stopped", Cancelled);
        JsonElement stopped = await Platform.ShowAsync(database.Id, Cancelled);
        Assert.Equal("stopped", stopped.GetProperty("state").GetString());

        string?[] answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => client.ScalarAsync("SELECT n FROM kept", Cancelled)));

        Assert.All(answers, answer => Assert.Equal("42", answer));
        JsonElement awake = await Platform.ShowAsync(database.Id, Cancelled);
        Assert.Equal(stopped.GetProperty("generation").GetInt64() + 1, awake.GetProperty("generation").GetInt64());
    }

    private async Task<JsonElement> WaitForAsync(PlatformDatabase database, string state)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(Patience);
        while (true)
        {
            JsonElement shown = await Platform.ShowAsync(database.Id, limit.Token);
            if (shown.GetProperty("state").GetString() == state)
            {
                return shown;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }
}

/// <summary>A platform whose databases freeze after a second without use.</summary>
public sealed class SleepyPlatform : IAsyncLifetime
{
    private const string FreezeAfterSeconds = "1";

    private PlatformProcess? platform;

    public PlatformProcess Platform => platform!;

    public async ValueTask InitializeAsync() =>
        platform = await PlatformProcess.StartAsync(TestContext.Current.CancellationToken, "--freeze-after", FreezeAfterSeconds);

    public async ValueTask DisposeAsync()
    {
        if (platform is not null)
        {
            await platform.DisposeAsync();
        }
    }
}

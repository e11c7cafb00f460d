using Dormouse.Testing.Platform;
using Dormouse.Testing.Processes;

namespace Dormouse.EndToEnd.Platform;

public sealed class TwoPlatformsTests(SharedPlatform shared)
{
    [Fact]
    public async Task Two_platforms_run_side_by_side_and_know_nothing_of_each_other()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        PlatformProcess one = await shared.Platform;
        await using PlatformProcess other = await PlatformProcess.StartAsync(cancellationToken);
        PlatformDatabase ours = await one.CreateDatabaseAsync("twin", cancellationToken);
        PlatformDatabase theirs = await other.CreateDatabaseAsync("twin", cancellationToken);
        Assert.NotEqual(one.Http.Port, other.Http.Port);
        using ProtocolClient first = ProtocolClient.Of(one, ours);
        using ProtocolClient second = ProtocolClient.Of(other, theirs);

        await first.ExecuteAsync("CREATE TABLE only_here (n int)", cancellationToken);
        Assert.Null(await second.ScalarAsync("SELECT to_regclass('only_here')::text", cancellationToken));
        using ProtocolClient strange = new(other.Http, ours.ApiKey);
        Assert.Equal(401, await strange.StatusAsync("SELECT 1", cancellationToken));

        await other.DownAsync(cancellationToken);
        Assert.Equal("only_here", await first.ScalarAsync("SELECT to_regclass('only_here')::text", cancellationToken));
    }

    [Fact]
    public async Task A_data_folder_that_a_platform_uses_is_refused_to_a_second_one()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        PlatformProcess running = await shared.Platform;
        ProcessRun second = await running.RunAsync(["up", "--http", "0", "--json", "--detach"], cancellationToken);
        Assert.Equal(1, second.ExitCode);
        Assert.Matches("DM1\\d{3}", second.Errors);
    }
}

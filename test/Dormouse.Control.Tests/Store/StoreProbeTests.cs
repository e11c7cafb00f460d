using Dormouse.Control.Store;
using Dormouse.Control.Tests.Support;
using Dormouse.Testing;

namespace Dormouse.Control.Tests.Store;

public sealed class StoreProbeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_goes_away_and_comes_back_is_noticed_a_second_later_and_asked_no_sooner()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        Assert.True(await control.Keys.CanLookUpAsync(Cancelled));

        await OnServerAsync($"ALTER DATABASE {control.Store.Database} ALLOW_CONNECTIONS false");
        await OnServerAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{control.Store.Database}'");
        control.Time.Advance(TimeSpan.FromSeconds(0.99));
        Assert.True(await control.Keys.CanLookUpAsync(Cancelled));
        control.Time.Advance(TimeSpan.FromSeconds(0.01));
        Assert.False(await control.Keys.CanLookUpAsync(Cancelled));

        await OnServerAsync($"ALTER DATABASE {control.Store.Database} ALLOW_CONNECTIONS true");
        Assert.False(await control.Keys.CanLookUpAsync(Cancelled));
        control.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await control.Keys.CanLookUpAsync(Cancelled));
    }

    [Fact]
    public async Task A_store_that_takes_too_long_is_away()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        await using var store = new ControlStore(ControlUnderTest.Options(control.Store, []), control.Instances);
        var probe = new StoreProbe(store, ControlUnderTest.Options(control.Store, []), control.Time);
        var release = new TaskCompletionSource();
        // All of the store's connections are taken, so the probe has none.
        Task[] hogs = [.. Enumerable.Range(0, 8).Select(_ => store.RunAsync((_, _) => release.Task, Cancelled))];

        Task<bool> asked = probe.IsThereAsync(Cancelled).AsTask();
        await Eventually.TrueAsync(() => control.Time.PendingTimers > 0);
        control.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(await asked);
        release.SetResult();
        await Task.WhenAll(hogs);
    }

    private static async Task OnServerAsync(string sql)
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        await server.ExecuteAsync(server.Database, sql, Cancelled);
    }
}

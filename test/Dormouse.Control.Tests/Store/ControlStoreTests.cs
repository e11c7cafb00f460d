using Dormouse.Contracts;
using Dormouse.Control.Store;
using Dormouse.Control.Tests.Support;
using Dormouse.Testing;

namespace Dormouse.Control.Tests.Store;

public sealed class ControlStoreTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_system_instance_is_held_by_one_lease_and_leased_anew_after_it_was_restarted()
    {
        using var instances = new FakeInstances(await TestPostgres.SharedAsync());
        await instances.CreateAsync(DatabaseId.System, Cancelled);
        var options = new ControlOptions
        {
            KeyPepper = [],
            AdminToken = "",
            PublicOrigin = new Uri("http://localhost"),
        };
        await using (var store = new ControlStore(options, instances))
        {
            string[] before = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => BackendAsync(store)));
            Assert.Equal(1, instances.Leases);

            instances.Restart();

            string[] after = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => BackendAsync(store)));
            Assert.Empty(before.Intersect(after));
            Assert.Equal(1, instances.Leases);
        }
        Assert.Equal(0, instances.Leases);
    }

    [Fact]
    public async Task Work_that_throws_takes_no_effect()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        await using var store = new ControlStore(ControlUnderTest.Options(control.Store, []), control.Instances);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            store.TransactAsync<int>(
                async (connection, token) =>
                {
                    await connection.ExecuteAsync("insert into dormouse.settings values ('a', 'b')", [], token);
                    throw new InvalidOperationException();
                },
                Cancelled
            )
        );

        Assert.Null(await new SettingsStore(store).FindAsync("a", Cancelled));
    }

    // The server's process tells whether the connection is one of before.
    private static Task<string> BackendAsync(ControlStore store) =>
        store.RunAsync(async (connection, token) => $"{await connection.ScalarAsync("select pg_backend_pid()", [], token)}", Cancelled);
}

using Dormouse.Contracts;
using Dormouse.Control.Store;
using Dormouse.Control.Tests.Support;
using Npgsql;

namespace Dormouse.Control.Tests.Store;

public sealed class MigratorTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static readonly Migration Next = new(Migration.All.Count + 1, "0002_a_test", "create table dormouse.of_test (a int)");

    [Fact]
    public async Task Several_platforms_that_start_at_once_apply_each_migration_once()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        ControlUnderTest[] others = [control.Another(), control.Another(), control.Another(), control.Another()];

        await Task.WhenAll(others.Select(other => other.Migrator.MigrateAsync([.. Migration.All, Next], Cancelled)));

        Assert.Equal(Next.Number, await control.QueryStoreAsync<long>("select count(*) from dormouse.migrations"));
        Assert.Equal(0, await control.QueryStoreAsync<long>("select count(*) from dormouse.of_test"));
        foreach (ControlUnderTest other in others)
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_refused()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        await control.Migrator.MigrateAsync([.. Migration.All, Next], Cancelled);

        var failure = await Assert.ThrowsAsync<DormouseException>(() => control.Migrator.MigrateAsync(Cancelled));

        Assert.Equal("DM2002", failure.Code);
        Assert.Contains(Next.Name, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_was_changed_after_it_was_applied_is_refused()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        Migration applied = Migration.All[0];
        var changed = new Migration(applied.Number, applied.Name, applied.Sql + "\n-- changed");

        var failure = await Assert.ThrowsAsync<DormouseException>(() => control.Migrator.MigrateAsync([changed], Cancelled));

        Assert.Equal("DM2003", failure.Code);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_and_can_be_applied_once_it_is_mended()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        var broken = new Migration(Next.Number, Next.Name, Next.Sql + "; select 1/0");

        await Assert.ThrowsAsync<PostgresException>(() => control.Migrator.MigrateAsync([.. Migration.All, broken], Cancelled));
        Assert.True(await control.QueryStoreAsync<bool>("select to_regclass('dormouse.of_test') is null"));

        await control.Migrator.MigrateAsync([.. Migration.All, Next], Cancelled);
        Assert.False(await control.QueryStoreAsync<bool>("select to_regclass('dormouse.of_test') is null"));
    }

    [Fact]
    public async Task A_store_that_is_away_is_told_as_such()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        await using var store = new ControlStore(
            new ControlOptions
            {
                KeyPepper = control.Pepper,
                AdminToken = "",
                PublicOrigin = new Uri("http://localhost"),
                StoreConnectionString = "Host=127.0.0.1;Port=1;Username=nobody;Database=none",
            },
            control.Instances
        );

        var failure = await Assert.ThrowsAsync<DormouseException>(() => new SettingsStore(store).FindAsync("any", Cancelled));

        Assert.Equal(FailureKind.ControlPlane, failure.Kind);
        Assert.Equal("DM2001", failure.Code);
    }
}

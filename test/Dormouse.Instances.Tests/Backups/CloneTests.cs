using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Backups;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Backups;

public sealed class CloneTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clone_of_a_running_database_holds_every_write_that_was_acknowledged_before_and_lives_apart()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        var book = new AccountBook(host, id);
        await book.CreateAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task writing = book.WriteAsync(stop.Token);
        await Eventually.TrueAsync(() => book.Acknowledged > 50);
        long[] before = book.Snapshot();
        var clone = DatabaseId.New();

        await host.Backups.CloneAsync(id, clone, ClassRange.Smallest, Cancellation);
        await Eventually.TrueAsync(() => book.Acknowledged > before.Sum());
        await stop.CancelAsync();
        await writing;

        await AccountBook.AssertHoldsAsync(host, clone, before);
        await host.QueryAsync(clone, "DROP TABLE ledger");
        await AccountBook.AssertHoldsAsync(host, id, book.Snapshot());
        using IInstanceLease original = await host.Lifecycle.LeaseAsync(id, Cancellation);
        using IInstanceLease copy = await host.Lifecycle.LeaseAsync(clone, Cancellation);
        Assert.NotEqual(original.Endpoint.Password, copy.Endpoint.Password);
    }

    [Fact]
    public async Task A_copy_starts_in_the_class_that_was_asked_for_and_has_that_of_its_source_only_if_it_was()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        var large = DatabaseId.New();
        var restored = DatabaseId.New();
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);

        await host.Backups.CloneAsync(id, large, new ClassRange(InstanceClass.Large, InstanceClass.Large), Cancellation);
        var source = new BackupSource(null, backup.Name, null);
        await host.Backups.CreateFromAsync(restored, source, new ClassRange(InstanceClass.Medium, InstanceClass.Large), Cancellation);

        Assert.Equal("120", await host.QueryAsync(large, "SHOW max_connections"));
        Assert.Equal("60", await host.QueryAsync(restored, "SHOW max_connections"));
        Assert.Equal("30", await host.QueryAsync(id, "SHOW max_connections"));
        Assert.Equal(InstanceClass.Large, host.Lifecycle.Find(restored)!.Size.Most);
    }

    [Fact]
    public async Task A_clone_that_is_given_up_or_finds_too_little_disk_leaves_nothing_of_the_copy()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        var clone = DatabaseId.New();
        using InstanceBackups cautious = host.NewBackups(diskReserveBytes: long.MaxValue / 4);

        var failure = await Assert.ThrowsAsync<DormouseException>(() => cautious.CloneAsync(id, clone, ClassRange.Smallest, Cancellation));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task cloning = host.Backups.CloneAsync(id, clone, ClassRange.Smallest, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => cloning);

        Assert.Equal("DM3505", failure.Code);
        await host.Lifecycle.DeleteAsync(clone, Cancellation);
        Assert.False(Directory.Exists(host.Folder.Combine("instances", clone.ToString())));
        Assert.Equal("0", await host.QueryAsync(id, "SELECT count(*) FROM pg_replication_slots"));
        Assert.Equal(0, host.Lifecycle.Find(id)!.Leases);
    }
}

using System.Security.Cryptography;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Backups;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Backups;

public sealed class BackupTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_under_a_write_load_holds_every_write_that_was_acknowledged_before_it_began_and_nothing_torn()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        var book = new AccountBook(host, id);
        await book.CreateAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task writing = book.WriteAsync(stop.Token);
        await Eventually.TrueAsync(() => book.Acknowledged > 50);
        long[] before = book.Snapshot();

        BackupResource backup = await host.Backups.TakeAsync(id, "book", null, Cancellation);
        Assert.True(book.Acknowledged > before.Sum(), "Nothing was written during the backup: the test showed nothing.");
        await stop.CancelAsync();
        await writing;

        var restored = DatabaseId.New();
        await host.Backups.CreateFromAsync(restored, new BackupSource(null, backup.Name, null), ClassRange.Smallest, Cancellation);
        await AccountBook.AssertHoldsAsync(host, restored, before);
        await AccountBook.AssertHoldsAsync(host, id, book.Snapshot());
        Assert.True(backup.SizeBytes < backup.DataBytes / 2, $"{backup.SizeBytes} bytes for {backup.DataBytes} of data: not compressed.");
    }

    [Fact]
    public async Task A_restored_database_has_passwords_of_its_own_and_is_an_ordinary_one()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE kept AS SELECT 42 AS n");
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);
        var restored = DatabaseId.New();

        await host.Backups.CreateFromAsync(restored, new BackupSource(null, backup.Name, null), ClassRange.Smallest, Cancellation);

        using IInstanceLease old = await host.Lifecycle.LeaseAsync(id, Cancellation);
        using IInstanceLease made = await host.Lifecycle.LeaseAsync(restored, Cancellation);
        Assert.NotEqual(old.Endpoint.Password, made.Endpoint.Password);
        made.Dispose();
        Assert.False(File.Exists(host.PathOf(restored, "secret.origin")));
        await host.Lifecycle.SleepAsync(restored, InstanceState.Stopped, Cancellation);
        Assert.Equal("42", await host.QueryAsync(restored, "SELECT n FROM kept"));
        Assert.Equal("", await host.QueryAsync(restored, "CREATE TABLE more (n int); SELECT ''"));
        // Nothing of the backup's own session is left at the source.
        Assert.Equal("0", await host.QueryAsync(id, "SELECT count(*) FROM pg_replication_slots"));
    }

    [Fact]
    public async Task A_sleeping_database_is_woken_for_its_backup()
    {
        await using TestHost host = await TestHost.StartAsync();
        foreach (InstanceState state in (InstanceState[])[InstanceState.Frozen, InstanceState.Stopped])
        {
            DatabaseId id = await host.CreateAsync();
            await host.Lifecycle.SleepAsync(id, state, Cancellation);

            BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);

            Assert.Equal(id.ToString(), backup.Database);
            Assert.Equal(0, host.Lifecycle.Find(id)!.Leases);
        }
    }

    [Fact]
    public async Task Backups_are_listed_without_a_key_and_named_by_id_and_timeline()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        DatabaseId other = await host.CreateAsync();
        string place = host.Folder.Combine("elsewhere");
        BackupResource first = await host.Backups.TakeAsync(id, "shop", place, Cancellation);
        BackupResource second = await host.Backups.TakeAsync(other, "blog", place, Cancellation);
        await host.Backups.ReplaceFromAsync(id, new BackupSource(place, first.Name, null), Cancellation);
        BackupResource third = await host.Backups.TakeAsync(id, "shop", place, Cancellation);
        await File.WriteAllTextAsync(Path.Combine(place, first.Name + UnfinishedSuffix), "half", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(place, id.ToString(), "1-20260101T000000000Z.dmb"), "DMBACK", Cancellation);
        using InstanceBackups keyless = host.NewBackups(AnotherBox());

        IReadOnlyList<BackupResource> all = await keyless.ListAsync(place, null, Cancellation);

        Assert.Equal([first, second, third], all);
        Assert.Equal([first, third], await keyless.ListAsync(place, id, Cancellation));
        Assert.StartsWith($"{id}/1-", first.Name, StringComparison.Ordinal);
        Assert.StartsWith($"{id}/2-", third.Name, StringComparison.Ordinal);
        Assert.Equal(("blog", "18"), (second.DatabaseName, second.PostgresVersion.Split('.')[0]));
        Assert.Empty(await keyless.ListAsync(host.Folder.Combine("nowhere"), null, Cancellation));
    }

    [Fact]
    public async Task Without_the_key_a_backup_cannot_be_opened_and_with_the_key_given_it_can()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TABLE secrets AS SELECT 'the password of the safe' AS text");
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);
        using InstanceBackups elsewhere = host.NewBackups(AnotherBox());
        var restored = DatabaseId.New();

        DormouseException failure = await FailsAsync(elsewhere, restored, new BackupSource(null, backup.Name, null));
        DormouseException wrong = await FailsAsync(
            elsewhere,
            restored,
            new BackupSource(null, backup.Name, RandomNumberGenerator.GetBytes(32))
        );
        DormouseException tooShort = await FailsAsync(elsewhere, restored, new BackupSource(null, backup.Name, new byte[5]));

        Assert.Equal(("DM3502", "DM3502", "DM3511"), (failure.Code, wrong.Code, tooShort.Code));
        AssertNothingLeft(host, restored);
        await elsewhere.CreateFromAsync(
            restored,
            new BackupSource(null, backup.Name, new byte[SecretBox.KeyBytes]),
            ClassRange.Smallest,
            Cancellation
        );
        Assert.Equal("the password of the safe", await host.QueryAsync(restored, "SELECT text FROM secrets"));
    }

    [Fact]
    public async Task A_damaged_or_shortened_backup_is_refused_wherever_it_was_hit_and_leaves_nothing_behind()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);
        string path = host.Folder.Combine("backups", backup.Name);
        byte[] whole = await File.ReadAllBytesAsync(path, Cancellation);
        var restored = DatabaseId.New();
        var source = new BackupSource(null, backup.Name, null);

        foreach (int at in (int[])[20, 200, whole.Length / 3, whole.Length / 2, whole.Length - 1])
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x40;
            await File.WriteAllBytesAsync(path, damaged, Cancellation);
            Assert.Equal("DM3503", (await FailsAsync(host.Backups, restored, source)).Code);
            AssertNothingLeft(host, restored);
        }
        foreach (int length in (int[])[0, 6, 100, whole.Length / 2, whole.Length - 1])
        {
            await File.WriteAllBytesAsync(path, whole[..length], Cancellation);
            Assert.Equal("DM3504", (await FailsAsync(host.Backups, restored, source)).Code);
            AssertNothingLeft(host, restored);
        }
        await File.WriteAllBytesAsync(path, [.. whole, 0], Cancellation);
        Assert.Equal("DM3503", (await FailsAsync(host.Backups, restored, source)).Code);
        await File.WriteAllTextAsync(path, "This is no backup at all.", Cancellation);
        Assert.Equal("DM3501", (await FailsAsync(host.Backups, restored, source)).Code);
        AssertNothingLeft(host, restored);

        await File.WriteAllBytesAsync(path, whole, Cancellation);
        await host.Backups.CreateFromAsync(restored, source, ClassRange.Smallest, Cancellation);
        Assert.Equal("1", await host.QueryAsync(restored, "SELECT 1"));
    }

    [Fact]
    public async Task With_too_little_disk_or_no_such_backup_a_restore_says_so_and_leaves_nothing_behind()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);
        using InstanceBackups cautious = host.NewBackups(diskReserveBytes: long.MaxValue / 4);
        var restored = DatabaseId.New();

        Assert.Equal("DM3505", (await FailsAsync(cautious, restored, new BackupSource(null, backup.Name, null))).Code);
        Assert.Equal("DM3500", (await FailsAsync(host.Backups, restored, new BackupSource(null, "../../etc/passwd", null))).Code);
        Assert.Equal("DM3500", (await FailsAsync(host.Backups, restored, new BackupSource("/nowhere", backup.Name, null))).Code);
        Assert.Equal("DM3507", (await FailsAsync(host.Backups, restored, new BackupSource("backups", backup.Name, null))).Code);
        AssertNothingLeft(host, restored);
    }

    [Fact]
    public async Task A_backup_to_a_full_disk_or_of_a_database_that_is_stopped_meanwhile_leaves_nothing_behind()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        string place = host.Folder.Combine("place");
        Directory.CreateDirectory(place);
        await File.WriteAllTextAsync(Path.Combine(place, id.ToString()), "a file in the way", Cancellation);

        var refused = await Assert.ThrowsAsync<DormouseException>(() => host.Backups.TakeAsync(id, "shop", place, Cancellation));
        Assert.Equal("DM3507", refused.Code);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Backups.TakeAsync(id, "shop", null, stop.Token));
        Assert.Empty(await host.Backups.ListAsync(null, null, Cancellation));
        Assert.Equal(0, host.Lifecycle.Find(id)!.Leases);
    }

    [Fact]
    public async Task What_lies_in_the_data_folder_and_is_no_file_is_never_read()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        string secret = host.Folder.Combine("secret-of-the-host");
        await File.WriteAllTextAsync(secret, "not for tenants", Cancellation);
        foreach (string link in (string[])["base/4711", "global"])
        {
            string path = host.PathOf(id, Path.Combine("data", link));
            string? moved = Directory.Exists(path) ? path + ".moved" : null;
            if (moved is not null)
            {
                Directory.Move(path, moved);
            }
            File.CreateSymbolicLink(path, moved ?? secret);

            var failure = await Assert.ThrowsAsync<DormouseException>(() => host.Backups.TakeAsync(id, "shop", null, Cancellation));

            Assert.Equal("DM3509", failure.Code);
            File.Delete(path);
            if (moved is not null)
            {
                Directory.Move(moved, path);
            }
        }
        Assert.Empty(await host.Backups.ListAsync(null, null, Cancellation));
        Assert.Equal("1", await host.QueryAsync(id, "SELECT 1"));
    }

    [Fact]
    public async Task The_next_start_removes_a_backup_that_was_cut_short_and_nothing_else()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);
        string whole = host.Folder.Combine("backups", backup.Name);
        string half = host.Folder.Combine("backups", id.ToString(), "1-20260101T000000000Z.dmb" + UnfinishedSuffix);
        await File.WriteAllTextAsync(half, "half", Cancellation);
        Directory.CreateDirectory(host.Folder.Combine("unfinished"));
        await File.WriteAllTextAsync(host.Folder.Combine("unfinished", "a"), half, Cancellation);
        await File.WriteAllTextAsync(host.Folder.Combine("unfinished", "b"), whole, Cancellation);

        host.Backups.RemoveUnfinished();

        Assert.False(File.Exists(half));
        Assert.True(File.Exists(whole));
        Assert.Empty(Directory.GetFiles(host.Folder.Combine("unfinished")));
    }

    private const string UnfinishedSuffix = ".unfinished";

    private static SecretBox AnotherBox() => new(new Dictionary<uint, byte[]> { [1] = RandomNumberGenerator.GetBytes(SecretBox.KeyBytes) });

    private static Task<DormouseException> FailsAsync(InstanceBackups backups, DatabaseId id, BackupSource source) =>
        Assert.ThrowsAsync<DormouseException>(() => backups.CreateFromAsync(id, source, ClassRange.Smallest, Cancellation));

    private static void AssertNothingLeft(TestHost host, DatabaseId id)
    {
        Assert.Null(host.Lifecycle.Find(id));
        string folder = host.Folder.Combine("instances", id.ToString());
        Assert.Empty(Directory.Exists(folder) ? Directory.GetDirectories(folder, "data*") : []);
    }
}

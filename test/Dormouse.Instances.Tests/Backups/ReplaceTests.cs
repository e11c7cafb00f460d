using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Backups;

public sealed class ReplaceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(InstanceState.Running)]
    [InlineData(InstanceState.Frozen)]
    [InlineData(InstanceState.Stopped)]
    public async Task A_backup_takes_the_place_of_what_the_database_holds(InstanceState state)
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await FilledAsync(host, "before");
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);
        await host.QueryAsync(id, "UPDATE kept SET text = 'after'");
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);
        CancellationToken ended = lease.Endpoint.Stopped;
        if (state != InstanceState.Running)
        {
            lease.Dispose();
            await host.Lifecycle.SleepAsync(id, state, Cancellation);
        }

        await host.Backups.ReplaceFromAsync(id, new BackupSource(null, backup.Name, null), Cancellation);

        await Eventually.TrueAsync(() => ended.IsCancellationRequested);
        Assert.Equal("before", await host.QueryAsync(id, "SELECT text FROM kept"));
        Assert.Equal(["data"], FoldersOf(host, id));
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        Assert.Equal("before", await host.QueryAsync(id, "SELECT text FROM kept"));
    }

    [Fact]
    public async Task A_backup_of_another_database_takes_the_place_too()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId source = await FilledAsync(host, "of the source");
        DatabaseId target = await FilledAsync(host, "of the target");
        BackupResource backup = await host.Backups.TakeAsync(source, "shop", null, Cancellation);

        await host.Backups.ReplaceFromAsync(target, new BackupSource(null, backup.Name, null), Cancellation);

        Assert.Equal("of the source", await host.QueryAsync(target, "SELECT text FROM kept"));
        Assert.Equal("of the source", await host.QueryAsync(source, "SELECT text FROM kept"));
    }

    [Fact]
    public async Task A_damaged_backup_changes_nothing_and_ends_no_session()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await FilledAsync(host, "before");
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);
        string path = host.Folder.Combine("backups", backup.Name);
        byte[] bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[^5] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
        long generation = host.Lifecycle.Find(id)!.Generation;

        var failure = await Assert.ThrowsAsync<DormouseException>(() =>
            host.Backups.ReplaceFromAsync(id, new BackupSource(null, backup.Name, null), Cancellation)
        );

        Assert.Equal("DM3503", failure.Code);
        Assert.Equal(["data"], FoldersOf(host, id));
        Assert.Equal(generation, host.Lifecycle.Find(id)!.Generation);
    }

    [Fact]
    public async Task If_no_server_starts_on_the_new_data_the_old_is_in_place_again()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await FilledAsync(host, "before");
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        var seed = new InstanceSeed(template.Image, template.Secrets, FillBrokenAsync);

        var failure = await Assert.ThrowsAsync<DormouseException>(() => host.Lifecycle.ReplaceDataAsync(id, seed, Cancellation));

        Assert.Equal("DM3401", failure.Code);
        Assert.Equal("before", await host.QueryAsync(id, "SELECT text FROM kept"));
        Assert.Equal(["data"], FoldersOf(host, id));
        Assert.Equal(1, InstanceRecord.TryRead(host.PathOf(id, "instance.json"))!.Timeline);
    }

    // The folders as a platform that is killed leaves them, after each step of the swap.
    [Theory]
    [InlineData("data data.restoring", true, "old")]
    [InlineData("data data.restoring", false, "old")]
    [InlineData("data.replaced data.restoring", false, "old")]
    [InlineData("data data.replaced", false, "old")]
    [InlineData("data data.replaced", true, "new")]
    public async Task A_swap_that_was_cut_short_is_undone_or_finished_by_the_next_start(string folders, bool secretsSet, string kept)
    {
        await using TestHost first = await TestHost.StartAsync();
        DatabaseId id = await FilledAsync(first, "new");
        BackupResource backup = await first.Backups.TakeAsync(id, "shop", null, Cancellation);
        await first.QueryAsync(id, "UPDATE kept SET text = 'old'");
        await first.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        await RestoreBesideAsync(first, id, backup);
        await first.Lifecycle.DisposeAsync();
        if (folders.Contains("data.replaced", StringComparison.Ordinal))
        {
            Directory.Move(first.PathOf(id, "data"), first.PathOf(id, "data.replaced"));
        }
        if (!folders.Contains("data.restoring", StringComparison.Ordinal))
        {
            Directory.Move(first.PathOf(id, "data.restoring"), first.PathOf(id, "data"));
        }
        InstanceRecord record = InstanceRecord.TryRead(first.PathOf(id, "instance.json"))!;
        (record with { SecretsSet = secretsSet }).Write(first.PathOf(id, "instance.json"));

        await using TestHost second = await first.SucceedAsync();

        Assert.Equal(["data"], FoldersOf(second, id));
        Assert.Equal(kept, await second.QueryAsync(id, "SELECT text FROM kept"));
    }

    private static async Task<DatabaseId> FilledAsync(TestHost host, string text)
    {
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, $"CREATE TABLE kept AS SELECT '{text}'::text AS text");
        return id;
    }

    /// <summary>What a restore has made before the swap: a copy of the data as the backup has it.</summary>
    private static async Task RestoreBesideAsync(TestHost host, DatabaseId id, BackupResource backup)
    {
        var copy = DatabaseId.New();
        await host.Backups.CreateFromAsync(copy, new BackupSource(null, backup.Name, null), ClassRange.Smallest, Cancellation);
        await TakeOverPasswordsAsync(host, copy, id);
        await host.Lifecycle.SleepAsync(copy, InstanceState.Stopped, Cancellation);
        int? uid = InstanceRecord.TryRead(host.PathOf(id, "instance.json"))!.Uid;
        DataDirectoryCopy.Copy(host.PathOf(copy, "data"), host.PathOf(id, "data.restoring"), uid);
        await host.Lifecycle.DeleteAsync(copy, Cancellation);
    }

    /// <summary>As the first start on restored data does.</summary>
    private static async Task TakeOverPasswordsAsync(TestHost host, DatabaseId copy, DatabaseId id)
    {
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(copy, Cancellation);
        var login = new ServerLogin(
            lease.Endpoint.SocketPath,
            RoleSecrets.PlatformRole,
            host.Lifecycle.OpenSecrets(copy).PlatformPassword,
            "postgres"
        );
        await using ServerConnection connection = await ServerConnection.OpenAsync(login, new ServerConnectionOptions(), Cancellation);
        RoleSecrets own = host.Lifecycle.OpenSecrets(id);
        await connection.ExecuteSimpleAsync(
            $"ALTER ROLE {RoleSecrets.PlatformRole} PASSWORD '{own.PlatformPassword}'; ALTER ROLE {RoleSecrets.AppRole} PASSWORD '{own.AppPassword}'",
            Cancellation
        );
    }

    private static async Task FillBrokenAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(path, "PG_VERSION"), "18\n", cancellationToken);
    }

    private static string[] FoldersOf(TestHost host, DatabaseId id) =>
        [
            .. Directory
                .GetDirectories(host.Folder.Combine("instances", id.ToString()), "data*")
                .Select(path => Path.GetFileName(path)!)
                .Order(StringComparer.Ordinal),
        ];
}

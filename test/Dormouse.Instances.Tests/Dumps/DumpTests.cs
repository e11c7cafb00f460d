using System.Text;
using Dormouse.Contracts;
using Dormouse.Instances.Backups;
using Dormouse.Instances.Dumps;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Instances.Tests.Dumps;

public sealed class DumpTests
{
    private const string Content = """
        CREATE EXTENSION pg_trgm;
        CREATE TYPE colour AS ENUM ('red', 'green');
        CREATE SCHEMA shop;
        CREATE TABLE shop.items (id bigserial PRIMARY KEY, name text NOT NULL, colour colour, added timestamptz DEFAULT now());
        INSERT INTO shop.items (name, colour) SELECT 'item ' || n || E' "quoted"\n\\ näive', 'green' FROM generate_series(1, 5000) n;
        CREATE INDEX items_name ON shop.items USING gin (name gin_trgm_ops);
        CREATE VIEW shop.green AS SELECT * FROM shop.items WHERE colour = 'green';
        CREATE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
        CREATE SEQUENCE apart START 100 INCREMENT 5;
        SELECT nextval('apart'), nextval('apart');
        SELECT lo_from_bytea(4711, decode(repeat('00ff', 50000), 'hex'));
        """;

    private const string Fingerprint = """
        SELECT concat_ws(' ',
            (SELECT md5(string_agg(id || name || colour || added, ',' ORDER BY id)) FROM shop.items),
            (SELECT count(*) FROM shop.green),
            shop.twice(21),
            (SELECT count(*) FROM shop.items WHERE name % 'item 4711 "quoted"'),
            (SELECT string_agg(indexdef, ';' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'shop'),
            (SELECT last_value FROM apart), (SELECT last_value FROM shop.items_id_seq),
            md5(lo_get(4711)))
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DumpFormat.Custom)]
    [InlineData(DumpFormat.Plain)]
    public async Task What_is_exported_comes_back_the_same_in_another_database(DumpFormat format)
    {
        await using TestHost host = await TestHost.StartAsync();
        using InstanceDumps dumps = NewDumps(host);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, Content);
        DatabaseId other = await host.CreateAsync();
        await host.Lifecycle.SleepAsync(other, InstanceState.Frozen, Cancellation);

        byte[] dump = await ExportAsync(dumps, id, format);
        await dumps.ImportAsync(other, new MemoryStream(dump), mayHoldObjects: false, Cancellation);

        Assert.Equal(await host.QueryAsync(id, Fingerprint), await host.QueryAsync(other, Fingerprint));
        Assert.Equal("110", await host.QueryAsync(other, "SELECT nextval('apart')"));
        Assert.Equal("app", await host.QueryAsync(other, "SELECT tableowner FROM pg_tables WHERE tablename = 'items'"));
        Assert.Empty(Directory.GetFileSystemEntries(host.Folder.Combine("unfinished")));
    }

    [Fact]
    public async Task A_database_that_holds_something_is_imported_into_only_when_told_so()
    {
        await using TestHost host = await TestHost.StartAsync();
        using InstanceDumps dumps = NewDumps(host);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE EXTENSION pg_trgm; CREATE TABLE here (n int)");

        DormouseException refused = await ImportFailsAsync(dumps, id, "CREATE TABLE more (n int);");
        await dumps.ImportAsync(id, Bytes("CREATE TABLE more (n int);"), mayHoldObjects: true, Cancellation);
        DormouseException clash = await ImportFailsAsync(
            dumps,
            id,
            "CREATE TABLE third (n int); CREATE TABLE here (n int);",
            intoExisting: true
        );

        Assert.Equal("DM3523", refused.Code);
        Assert.Contains("public.here, and 1 objects", refused.Message, StringComparison.Ordinal);
        Assert.Equal("DM3522", clash.Code);
        Assert.Contains("relation \"here\" already exists", clash.Message, StringComparison.Ordinal);
        Assert.Equal(
            "here,more",
            await host.QueryAsync(id, "SELECT string_agg(tablename, ',' ORDER BY 1) FROM pg_tables WHERE schemaname = 'public'")
        );
    }

    [Fact]
    public async Task A_dump_that_is_damaged_shortened_or_none_changes_nothing()
    {
        await using TestHost host = await TestHost.StartAsync();
        using InstanceDumps dumps = NewDumps(host);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, Content);
        DatabaseId other = await host.CreateAsync();
        byte[] plain = await ExportAsync(dumps, id, DumpFormat.Plain);
        byte[] custom = await ExportAsync(dumps, id, DumpFormat.Custom);

        Assert.Equal("DM3525", (await ImportFailsAsync(dumps, other, plain[..^200])).Code);
        Assert.Equal("DM3525", (await ImportFailsAsync(dumps, other, plain[..(plain.Length / 2)])).Code);
        Assert.Equal("DM3522", (await ImportFailsAsync(dumps, other, custom[..(custom.Length / 2)])).Code);
        Assert.Equal("DM3522", (await ImportFailsAsync(dumps, other, [.. plain, .. "SELECT 1/0;"u8])).Code);
        Assert.Equal("DM3524", (await ImportFailsAsync(dumps, other, [])).Code);
        Assert.Equal("DM3524", (await ImportFailsAsync(dumps, other, [0x1f, 0x8b, 8, 0])).Code);
        Assert.Equal("DM3524", (await ImportFailsAsync(dumps, other, new byte[1000])).Code);

        await dumps.ImportAsync(other, new MemoryStream(plain), mayHoldObjects: false, Cancellation);
        Assert.Equal(await host.QueryAsync(id, Fingerprint), await host.QueryAsync(other, Fingerprint));
    }

    [Fact]
    public async Task An_import_whose_sender_goes_away_is_undone()
    {
        await using TestHost host = await TestHost.StartAsync();
        using InstanceDumps dumps = NewDumps(host);
        DatabaseId id = await host.CreateAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var sender = new StallingStream("CREATE TABLE early (n int);\n"u8.ToArray());

        Task importing = dumps.ImportAsync(id, sender, mayHoldObjects: false, stop.Token);
        await sender.Stalled;
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => importing);
        await Eventually.EqualAsync(0, () => host.Lifecycle.Find(id)!.Leases);
        Assert.Equal("0", await host.QueryAsync(id, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
        Assert.Empty(Directory.GetFileSystemEntries(host.Folder.Combine("unfinished")));
    }

    [Fact]
    public async Task A_dump_runs_as_the_tenant_and_finds_neither_shell_nor_files_of_the_host()
    {
        await using TestHost host = await TestHost.StartAsync();
        using InstanceDumps dumps = NewDumps(host);
        DatabaseId id = await host.CreateAsync();
        string secret = host.Folder.Combine("secret-of-the-host");
        await File.WriteAllTextAsync(secret, "not for tenants", Cancellation);

        DormouseException superuser = await ImportFailsAsync(dumps, id, "CREATE ROLE boss SUPERUSER;");
        DormouseException file = await ImportFailsAsync(dumps, id, $"CREATE TABLE t (text text);\n\\copy t from '{secret}'\n");
        string proof = host.Folder.Combine("proof");
        DormouseException shell = await ImportFailsAsync(dumps, id, $"\\! touch {proof}\nSELECT 1/0;\n");

        Assert.Contains("permission denied", superuser.Message, StringComparison.Ordinal);
        Assert.Contains("No such file", file.Message, StringComparison.Ordinal);
        Assert.Equal("DM3522", shell.Code);
        Assert.False(File.Exists(proof));
    }

    private static InstanceDumps NewDumps(TestHost host) =>
        new(
            new BackupOptions
            {
                DefaultPlace = host.Folder.Combine("backups"),
                S3SettingsPath = host.Folder.Combine("s3.json"),
                NotesPath = host.Folder.Combine("unfinished"),
            },
            host.Lifecycle,
            host.Images,
            NullLogger<InstanceDumps>.Instance
        );

    private static async Task<byte[]> ExportAsync(InstanceDumps dumps, DatabaseId id, DumpFormat format)
    {
        using var output = new MemoryStream();
        await dumps.ExportAsync(id, format, output, Cancellation);
        return output.ToArray();
    }

    private static MemoryStream Bytes(string sql) => new(Encoding.UTF8.GetBytes(sql));

    private static Task<DormouseException> ImportFailsAsync(InstanceDumps dumps, DatabaseId id, string sql, bool intoExisting = false) =>
        Assert.ThrowsAsync<DormouseException>(() => dumps.ImportAsync(id, Bytes(sql), intoExisting, Cancellation));

    private static Task<DormouseException> ImportFailsAsync(InstanceDumps dumps, DatabaseId id, byte[] dump) =>
        Assert.ThrowsAsync<DormouseException>(() => dumps.ImportAsync(id, new MemoryStream(dump), false, Cancellation));

    /// <summary>Gives its bytes (and filler, so that the beginning is long enough to be judged) and then nothing, and no end either.</summary>
    private sealed class StallingStream(byte[] content) : MemoryStream([.. content, .. Enumerable.Repeat((byte)' ', 1000)])
    {
        private readonly TaskCompletionSource stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Stalled => stalled.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = Read(buffer.Span);
            if (count == 0)
            {
                stalled.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            return count;
        }
    }
}

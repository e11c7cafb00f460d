using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Backups;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Extensions;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Instances.Upgrades;
using Dormouse.Postgres;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Instances.Tests.Upgrades;

/// <summary>From PostgreSQL 17 of one suite of Debian to 18 of another; skipped where the first cannot be had.</summary>
public sealed class UpgradeTests
{
    private const string Content = """
        CREATE EXTENSION citext;
        CREATE TYPE colour AS ENUM ('red', 'green');
        CREATE SCHEMA shop;
        CREATE TABLE shop.items (id bigserial PRIMARY KEY, name citext NOT NULL, colour colour, place vector(2), added timestamptz DEFAULT now());
        INSERT INTO shop.items (name, colour, place) SELECT 'item ' || n || E' "quoted"\n\\ näive', 'green', ARRAY[n, 1]::real[]::vector FROM generate_series(1, 3000) n;
        CREATE INDEX items_name ON shop.items (lower(name));
        CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
        CREATE TABLE parts_old PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
        INSERT INTO parts SELECT n, '2020-05-05' FROM generate_series(1, 10) n;
        CREATE VIEW shop.green AS SELECT * FROM shop.items WHERE colour = 'green';
        CREATE MATERIALIZED VIEW shop.counts AS SELECT count(*) AS n FROM shop.items;
        CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.added = now(); RETURN NEW; END';
        CREATE TRIGGER touched BEFORE UPDATE ON shop.items FOR EACH ROW EXECUTE FUNCTION shop.touch();
        CREATE SEQUENCE apart START 100 INCREMENT 5;
        SELECT nextval('apart'), nextval('apart');
        SELECT lo_from_bytea(4711, decode(repeat('00ff', 5000), 'hex'));
        COMMENT ON TABLE shop.items IS 'things';
        REVOKE EXECUTE ON FUNCTION shop.touch() FROM PUBLIC;
        ALTER DATABASE postgres SET search_path = shop, "odd name", public;
        ALTER DATABASE postgres SET default_transaction_read_only = off;
        ALTER ROLE app SET work_mem = '5MB';
        ALTER ROLE app IN DATABASE postgres SET application_name = 'it''s';
        """;

    private const string Fingerprint = """
        SELECT concat_ws(' ',
            (SELECT md5(string_agg(id || name || colour || place::text || added, ',' ORDER BY id)) FROM shop.items),
            (SELECT count(*) FROM shop.green), (SELECT n FROM shop.counts), (SELECT count(*) FROM parts),
            (SELECT string_agg(indexdef, ';' ORDER BY indexdef) FROM pg_indexes WHERE schemaname IN ('shop', 'public')),
            (SELECT string_agg((setdatabase > 0)::text || (setrole > 0)::text || setconfig::text, ';' ORDER BY setconfig) FROM pg_db_role_setting),
            (SELECT proacl FROM pg_proc WHERE proname = 'touch'), obj_description('shop.items'::regclass),
            (SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension),
            (SELECT last_value FROM apart), (SELECT last_value FROM shop.items_id_seq), md5(lo_get(4711)))
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upgrade_carries_all_that_is_there_and_keeps_the_old_until_it_is_confirmed()
    {
        (TestHost host, DatabaseId id) = await OldAsync();
        await using TestHost owned = host;
        using InstanceUpgrades upgrades = NewUpgrades(host);
        string? before = await host.QueryAsync(id, Fingerprint);
        Assert.StartsWith("17.", await host.QueryAsync(id, "SHOW server_version"), StringComparison.Ordinal);

        await upgrades.UpgradeAsync(id, 18, Cancellation);

        Assert.Equal(before, await host.QueryAsync(id, Fingerprint));
        Assert.StartsWith("18.", await host.QueryAsync(id, "SHOW server_version"), StringComparison.Ordinal);
        InstanceStatus status = host.Lifecycle.Find(id)!;
        Assert.StartsWith("18.", status.PostgresVersion, StringComparison.Ordinal);
        Assert.StartsWith("17.", status.PreviousVersion, StringComparison.Ordinal);
        Assert.Contains(status.History, change => change.Reason.Contains("now on PostgreSQL 18.", StringComparison.Ordinal));
        Assert.Equal(["data", "data.previous"], FoldersOf(host, id));
        var again = await Assert.ThrowsAsync<DormouseException>(() => upgrades.UpgradeAsync(id, 18, Cancellation));
        Assert.Equal("DM3555", again.Code);

        await upgrades.ConfirmAsync(id, Cancellation);

        Assert.Equal(["data"], FoldersOf(host, id));
        Assert.Null(host.Lifecycle.Find(id)!.PreviousVersion);
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        Assert.Equal(before, await host.QueryAsync(id, Fingerprint));
        var twice = await Assert.ThrowsAsync<DormouseException>(() => upgrades.ConfirmAsync(id, Cancellation));
        var back = await Assert.ThrowsAsync<DormouseException>(() => upgrades.GoBackAsync(id, Cancellation));
        var down = await Assert.ThrowsAsync<DormouseException>(() => upgrades.UpgradeAsync(id, 17, Cancellation));
        Assert.Equal(("DM3556", "DM3556", "DM3551"), (twice.Code, back.Code, down.Code));
    }

    [Fact]
    public async Task PostGIS_comes_along_with_the_coordinate_systems_that_the_tenant_added()
    {
        (TestHost host, DatabaseId id) = await OldAsync();
        await using TestHost owned = host;
        using InstanceUpgrades upgrades = NewUpgrades(host);
        await NewExtensions(host).AddAsync(id, "postgis", Cancellation);
        await host.QueryAsync(
            id,
            """
            SET search_path = public;
            INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, proj4text)
            VALUES (990001, 'it''s own', 1, '+proj=tmerc +lat_0=47 +lon_0=9 +ellps=WGS84 +units=m +no_defs');
            CREATE TABLE places (at geography(Point, 4326), own geometry(Point, 990001));
            CREATE INDEX ON places USING gist (at);
            INSERT INTO places SELECT ST_Point(n, n), ST_Transform(ST_Point(9, 47, 4326), 990001) FROM generate_series(1, 50) n
            """
        );
        const string places = """
            SELECT (SELECT md5(string_agg(public.ST_AsEWKT(at) || public.ST_AsEWKT(own), ' ' ORDER BY at)) FROM public.places)
                || (SELECT auth_name FROM public.spatial_ref_sys WHERE srid = 990001)
            """;
        string? before = await host.QueryAsync(id, places);

        await upgrades.UpgradeAsync(id, 18, Cancellation);

        Assert.Equal(before, await host.QueryAsync(id, places));
        Assert.StartsWith("18.", await host.QueryAsync(id, "SHOW server_version"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_way_back_leads_to_what_was_there_before_the_upgrade()
    {
        (TestHost host, DatabaseId id) = await OldAsync();
        await using TestHost owned = host;
        using InstanceUpgrades upgrades = NewUpgrades(host);
        string? before = await host.QueryAsync(id, Fingerprint);
        await upgrades.UpgradeAsync(id, 18, Cancellation);
        await host.QueryAsync(id, "INSERT INTO shop.items (name) VALUES ('later')");

        await upgrades.GoBackAsync(id, Cancellation);

        Assert.Equal(before, await host.QueryAsync(id, Fingerprint));
        Assert.StartsWith("17.", await host.QueryAsync(id, "SHOW server_version"), StringComparison.Ordinal);
        Assert.Equal(["data"], FoldersOf(host, id));
        // And again.
        await upgrades.UpgradeAsync(id, 18, Cancellation);
        Assert.Equal(before, await host.QueryAsync(id, Fingerprint));
    }

    [Theory]
    [InlineData("CREATE ROLE reader", "the role reader")]
    [InlineData("CREATE DATABASE shadow", "the database shadow")]
    public async Task What_a_dump_cannot_carry_is_named_and_the_database_runs_on(string sql, string named)
    {
        (TestHost host, DatabaseId id) = await OldAsync();
        await using TestHost owned = host;
        using InstanceUpgrades upgrades = NewUpgrades(host);
        await host.QueryAsync(id, sql);

        var refused = await Assert.ThrowsAsync<DormouseException>(() => upgrades.UpgradeAsync(id, 18, Cancellation));

        Assert.Equal(("DM3552", FailureKind.Conflict), (refused.Code, refused.Kind));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        await AssertOldAsync(host, id);
    }

    [Fact]
    public async Task A_restore_that_fails_leaves_the_old_one_running_and_says_why()
    {
        (TestHost host, DatabaseId id) = await OldAsync();
        await using TestHost owned = host;
        using InstanceUpgrades upgrades = NewUpgrades(host);
        // True when it was checked, false by the time of the restore.
        await host.QueryAsync(
            id,
            """
            CREATE FUNCTION public.old() RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT current_setting('server_version_num')::int < 180000 $$;
            CREATE TABLE public.only_old (x int CHECK (public.old()));
            INSERT INTO public.only_old VALUES (1);
            """
        );

        var failed = await Assert.ThrowsAsync<DormouseException>(() => upgrades.UpgradeAsync(id, 18, Cancellation));

        Assert.Equal("DM3553", failed.Code);
        Assert.Contains("only_old", failed.Message, StringComparison.Ordinal);
        Assert.Equal(InstanceState.Running, host.Lifecycle.Find(id)!.State);
        await AssertOldAsync(host, id);
    }

    [Fact]
    public async Task Nothing_is_written_between_the_dump_and_the_new_server_and_whoever_asks_meanwhile_waits()
    {
        (TestHost host, DatabaseId id) = await OldAsync();
        await using TestHost owned = host;
        using InstanceUpgrades upgrades = NewUpgrades(host);
        await host.QueryAsync(id, "CREATE TABLE public.ledger (n int PRIMARY KEY)");
        using var stop = new CancellationTokenSource();
        int acknowledged = 0;
        Task writing = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    try
                    {
                        await host.QueryAsync(id, $"INSERT INTO public.ledger VALUES ({acknowledged + 1}) ON CONFLICT DO NOTHING");
                        acknowledged++;
                    }
                    catch (Exception exception) when (exception is PostgresException or ServerConnectionException or IOException)
                    {
                        // Its session ended with the old server; whether it was written is not known, so it is written again.
                    }
                    catch (DormouseException exception) when (exception.Kind == FailureKind.ComputeAsleep)
                    {
                        // It waited too long.
                    }
                }
            },
            Cancellation
        );
        await Eventually.TrueAsync(() => Volatile.Read(ref acknowledged) > 20);

        await upgrades.UpgradeAsync(id, 18, Cancellation);

        int after = Volatile.Read(ref acknowledged) + 20;
        await Eventually.TrueAsync(() => Volatile.Read(ref acknowledged) > after);
        await stop.CancelAsync();
        await writing;
        Assert.Equal(
            $"{acknowledged} {acknowledged}",
            await host.QueryAsync(id, $"SELECT count(*) || ' ' || max(n) FROM public.ledger WHERE n <= {acknowledged}")
        );
    }

    [Fact]
    public async Task An_upgrade_that_is_given_up_undoes_itself()
    {
        (TestHost host, DatabaseId id) = await OldAsync();
        await using TestHost owned = host;
        using InstanceUpgrades upgrades = NewUpgrades(host);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task upgrading = upgrades.UpgradeAsync(id, 18, stop.Token);
        await Eventually.TrueAsync(() => File.Exists(host.PathOf(id, "upgrading.lock")) || upgrading.IsCompleted);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upgrading);

        await AssertOldAsync(host, id);
    }

    // The folders and the record as a platform that is killed leaves them, after each step.
    [Theory]
    [InlineData("begun", "data data.upgrading", 17)]
    [InlineData("begun", "data.previous data.upgrading", 17)]
    [InlineData("begun", "data data.previous", 18)]
    [InlineData("written", "data data.previous", 18)]
    public async Task An_upgrade_that_was_cut_short_is_undone_or_finished_by_the_next_start(string record, string folders, int major)
    {
        (TestHost first, DatabaseId id) = await OldAsync();
        await using TestHost owned = first;
        using InstanceUpgrades upgrades = NewUpgrades(first);
        string? content = await first.QueryAsync(id, Fingerprint);
        InstanceRecord old = InstanceRecord.TryRead(first.PathOf(id, "instance.json"))!;
        await upgrades.UpgradeAsync(id, 18, Cancellation);
        await first.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        InstanceRecord upgraded = InstanceRecord.TryRead(first.PathOf(id, "instance.json"))!;
        await first.Lifecycle.DisposeAsync();
        if (folders.Contains("data.upgrading", StringComparison.Ordinal))
        {
            Directory.Move(first.PathOf(id, "data"), first.PathOf(id, "data.upgrading"));
        }
        if (!folders.Contains("data.previous", StringComparison.Ordinal))
        {
            Directory.Move(first.PathOf(id, "data.previous"), first.PathOf(id, "data"));
        }
        (record == "begun" ? DataUpgrade.Begun(old, upgraded.ImageDigest) : upgraded).Write(first.PathOf(id, "instance.json"));

        await using TestHost second = await first.SucceedAsync();

        Assert.Equal(content, await second.QueryAsync(id, Fingerprint));
        Assert.StartsWith($"{major}.", await second.QueryAsync(id, "SHOW server_version"), StringComparison.Ordinal);
        Assert.Equal(major == 18 ? ["data", "data.previous"] : ["data"], FoldersOf(second, id));
        if (major == 18)
        {
            using InstanceUpgrades next = NewUpgrades(second);
            await next.GoBackAsync(id, Cancellation);
            Assert.Equal(content, await second.QueryAsync(id, Fingerprint));
        }
    }

    [Theory]
    [InlineData("upgraded", "data.abandoned data.previous", 17)]
    [InlineData("upgraded", "data data.abandoned", 17)]
    [InlineData("back", "data data.abandoned", 17)]
    [InlineData("confirmed", "data data.previous", 18)]
    public async Task A_way_back_or_a_confirmation_that_was_cut_short_is_finished_by_the_next_start(
        string record,
        string folders,
        int major
    )
    {
        (TestHost first, DatabaseId id) = await OldAsync();
        await using TestHost owned = first;
        using InstanceUpgrades upgrades = NewUpgrades(first);
        string? content = await first.QueryAsync(id, Fingerprint);
        await upgrades.UpgradeAsync(id, 18, Cancellation);
        await first.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        InstanceRecord upgraded = InstanceRecord.TryRead(first.PathOf(id, "instance.json"))!;
        await first.Lifecycle.DisposeAsync();
        if (folders.Contains("data.abandoned", StringComparison.Ordinal))
        {
            Directory.Move(first.PathOf(id, "data"), first.PathOf(id, "data.abandoned"));
        }
        if (!folders.Contains("data.previous", StringComparison.Ordinal))
        {
            Directory.Move(first.PathOf(id, "data.previous"), first.PathOf(id, "data"));
        }
        InstanceRecord written = record switch
        {
            "back" => DataUpgrade.WentBack(upgraded),
            "confirmed" => DataUpgrade.Confirmed(upgraded),
            _ => upgraded,
        };
        written.Write(first.PathOf(id, "instance.json"));

        await using TestHost second = await first.SucceedAsync();

        Assert.Equal(content, await second.QueryAsync(id, Fingerprint));
        Assert.StartsWith($"{major}.", await second.QueryAsync(id, "SHOW server_version"), StringComparison.Ordinal);
        Assert.Equal(["data"], FoldersOf(second, id));
    }

    [Fact]
    public async Task A_backup_from_before_takes_the_place_of_what_came_after_with_its_own_version()
    {
        (TestHost host, DatabaseId id) = await OldAsync();
        await using TestHost owned = host;
        using InstanceUpgrades upgrades = NewUpgrades(host);
        string? content = await host.QueryAsync(id, Fingerprint);
        BackupResource backup = await host.Backups.TakeAsync(id, "shop", null, Cancellation);
        await upgrades.UpgradeAsync(id, 18, Cancellation);
        await upgrades.ConfirmAsync(id, Cancellation);

        await host.Backups.ReplaceFromAsync(id, new BackupSource(null, backup.Name, null), Cancellation);

        Assert.Equal(content, await host.QueryAsync(id, Fingerprint));
        Assert.StartsWith("17.", await host.QueryAsync(id, "SHOW server_version"), StringComparison.Ordinal);
        Assert.StartsWith("17.", host.Lifecycle.Find(id)!.PostgresVersion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_no_suite_has_is_refused_and_changes_nothing()
    {
        await using TestHost host = await TestHost.StartAsync();
        using InstanceUpgrades upgrades = NewUpgrades(host);
        DatabaseId id = await host.CreateAsync();

        var unknown = await Assert.ThrowsAsync<DormouseException>(() => upgrades.UpgradeAsync(id, 99, Cancellation));
        var same = await Assert.ThrowsAsync<DormouseException>(() => upgrades.UpgradeAsync(id, 18, Cancellation));

        Assert.Equal(("DM3550", "DM3551"), (unknown.Code, same.Code));
        Assert.Equal(InstanceState.Running, host.Lifecycle.Find(id)!.State);
    }

    /// <summary>A database on the older version, with content.</summary>
    private static async Task<(TestHost Host, DatabaseId Id)> OldAsync()
    {
        PostgresImage? older = await TestImage.GetOlderAsync();
        Assert.SkipWhen(older is null, TestImage.OlderMissing ?? "");
        TestHost host = await TestHost.StartAsync();
        var id = DatabaseId.New();
        var template = await host.Templates.EnsureAsync(older!, Cancellation);
        var seed = new InstanceSeed(older!, template.Secrets, (path, token) => host.Templates.CloneAsync(template, path, null, token));
        await host.Lifecycle.CreateAsync(id, seed, ClassRange.Smallest, Cancellation);
        await NewExtensions(host).AddAsync(id, "vector", Cancellation);
        await host.QueryAsync(id, Content);
        return (host, id);
    }

    private static InstanceExtensions NewExtensions(TestHost host) =>
        new(new ExtensionOptions(), host.Lifecycle, host.Images, TimeProvider.System, NullLogger<InstanceExtensions>.Instance);

    private static InstanceUpgrades NewUpgrades(TestHost host) =>
        new(
            new UpgradeOptions { DiskReserveBytes = 0 },
            new BackupOptions
            {
                DefaultPlace = host.Folder.Combine("backups"),
                S3SettingsPath = host.Folder.Combine("s3.json"),
                NotesPath = host.Folder.Combine("unfinished"),
            },
            host.Lifecycle,
            host.Images,
            host.Templates,
            TimeProvider.System,
            NullLogger<InstanceUpgrades>.Instance
        );

    private static async Task AssertOldAsync(TestHost host, DatabaseId id)
    {
        Assert.Equal("3000", await host.QueryAsync(id, "SELECT count(*) FROM shop.items"));
        Assert.StartsWith("17.", await host.QueryAsync(id, "SHOW server_version"), StringComparison.Ordinal);
        Assert.Equal(["data"], FoldersOf(host, id));
        Assert.Equal(["run"], Directory.GetDirectories(host.Folder.Combine("instances", id.ToString()), "run*").Select(Path.GetFileName));
        Assert.Null(InstanceRecord.TryRead(host.PathOf(id, "instance.json"))!.UpgradingTo);
        Assert.Null(host.Lifecycle.Find(id)!.PreviousVersion);
    }

    private static string[] FoldersOf(TestHost host, DatabaseId id) =>
        [
            .. Directory
                .GetDirectories(host.Folder.Combine("instances", id.ToString()), "data*")
                .Select(path => Path.GetFileName(path)!)
                .Order(StringComparer.Ordinal),
        ];
}

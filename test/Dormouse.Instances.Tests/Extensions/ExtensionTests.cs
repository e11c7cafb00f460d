using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Extensions;
using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Instances.Tests.Extensions;

public sealed class ExtensionTests
{
    // What scripts of extensions call or name without a schema, as better matches than PostgreSQL's own, each of which would leave a trace; and
    // settings that reach every session of the database.
    private const string Trap = """
        CREATE TABLE trace (who text, super bool);
        GRANT ALL ON trace TO PUBLIC;
        CREATE FUNCTION public.spring(anyelement) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO public.trace SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user;
            BEGIN
                ALTER ROLE app SUPERUSER;
            EXCEPTION WHEN insufficient_privilege THEN NULL;
            END;
            RETURN '';
        END $$;
        CREATE FUNCTION public.format(text) RETURNS text LANGUAGE sql AS 'SELECT public.spring($1)';
        CREATE FUNCTION public.current_setting(text, text) RETURNS text LANGUAGE sql AS 'SELECT public.spring($1)';
        CREATE FUNCTION public.array_to_string(text[], varchar) RETURNS text LANGUAGE sql AS 'SELECT public.spring($2)';
        CREATE FUNCTION public.set_config(text, varchar, bool) RETURNS text LANGUAGE sql AS 'SELECT public.spring($1)';
        CREATE FUNCTION public.coalesced(varchar, text) RETURNS text LANGUAGE sql AS 'SELECT public.spring($1)';
        CREATE OPERATOR public.|| (LEFTARG = varchar, RIGHTARG = text, FUNCTION = public.coalesced);
        CREATE VIEW public.pg_settings AS SELECT public.spring(1) AS name, public.spring(2) AS boot_val, 'database' AS source, 'user' AS context;
        CREATE VIEW public.pg_extension AS SELECT public.spring(1) AS extname;
        ALTER DATABASE postgres SET search_path = public, pg_catalog;
        ALTER DATABASE postgres SET default_transaction_read_only = on;
        ALTER DATABASE postgres SET role = app;
        ALTER DATABASE postgres SET check_function_bodies = off;
        ALTER DATABASE postgres SET standard_conforming_strings = off;
        ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO PUBLIC;
        """;

    // None of PostGIS's: metres from a point of its own.
    private const string OwnSystem = """
        INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, proj4text, srtext)
        VALUES (990001, 'own', 1, '+proj=tmerc +lat_0=47 +lon_0=9 +ellps=WGS84 +units=m +no_defs', '')
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_that_are_allowed_can_be_added_used_and_removed()
    {
        await using TestHost host = await TestHost.StartAsync();
        InstanceExtensions extensions = NewExtensions(host);
        DatabaseId id = await host.CreateAsync();
        IReadOnlyList<ExtensionResource> allowed = await extensions.ListAsync(id, Cancellation);
        Assert.All(allowed, each => Assert.Null(each.Installed));

        foreach (ExtensionResource each in allowed)
        {
            ExtensionResource added = await extensions.AddAsync(id, each.Name, Cancellation);
            Assert.Equal((each.Version, "public"), (added.Installed, added.Schema));
        }
        // Twice is as good as once.
        await extensions.AddAsync(id, "hypopg", Cancellation);
        await extensions.AddAsync(id, "citext", Cancellation);

        Assert.Equal("1", await host.QueryAsync(id, "SELECT '[1,2]'::vector <-> '[1,3]'::vector"));
        Assert.Equal(
            "1",
            await host.QueryAsync(id, "CREATE TABLE t (a int); SELECT count(*) FROM hypopg_create_index('CREATE INDEX ON t (a)')")
        );
        Assert.Equal("t", await host.QueryAsync(id, "SELECT 'A'::citext = 'a'"));
        Assert.Equal(
            "111319 POINT(1113194.91 0)",
            await host.QueryAsync(
                id,
                """
                SELECT round(ST_Distance('POINT(0 0)'::geography, 'POINT(1 0)'::geography)) || ' '
                    || ST_AsText(ST_Transform('SRID=4326;POINT(10 0)'::geometry, 3857), 2)
                """
            )
        );
        Assert.Equal("36", await host.QueryAsync(id, "SELECT length(uuid_generate_v4()::text)"));
        Assert.Equal("0", await host.QueryAsync(id, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'dormouse%'"));
        // A function that runs as the platform's role would be a way to become it.
        Assert.Equal(
            "0",
            await host.QueryAsync(
                id,
                "SELECT count(*) FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e' WHERE p.prosecdef"
            )
        );

        foreach (ExtensionResource each in allowed)
        {
            await extensions.RemoveAsync(id, each.Name, Cancellation);
        }
        Assert.All(await extensions.ListAsync(id, Cancellation), each => Assert.Null(each.Installed));
        var missing = await Assert.ThrowsAsync<DormouseException>(() => extensions.RemoveAsync(id, "hypopg", Cancellation));
        Assert.Equal("DM3543", missing.Code);
    }

    [Theory]
    [InlineData("dblink")]
    [InlineData("postgres_fdw")]
    [InlineData("file_fdw")]
    [InlineData("adminpack")]
    [InlineData("pageinspect")]
    [InlineData("pg_surgery")]
    [InlineData("pg_read_file")]
    [InlineData("plpython3u")]
    [InlineData("plpythonu")]
    [InlineData("plperlu")]
    [InlineData("plpgsql")]
    [InlineData("xml2")]
    [InlineData("Hypopg")]
    [InlineData("hypopg; DROP TABLE x")]
    [InlineData("hypopg\" CASCADE; --")]
    [InlineData("")]
    public async Task What_is_not_allowed_is_refused_by_the_platform(string name)
    {
        await using TestHost host = await TestHost.StartAsync();
        InstanceExtensions extensions = NewExtensions(host);
        DatabaseId id = await host.CreateAsync();

        var added = await Assert.ThrowsAsync<DormouseException>(() => extensions.AddAsync(id, name, Cancellation));
        var removed = await Assert.ThrowsAsync<DormouseException>(() => extensions.RemoveAsync(id, name, Cancellation));

        Assert.Equal(("DM3540", FailureKind.Caller), (added.Code, added.Kind));
        Assert.Equal("DM3540", removed.Code);
    }

    [Fact]
    public async Task A_tenant_creates_the_trusted_ones_by_itself_and_no_other()
    {
        PostgresImage image = await TestImage.GetAsync();
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        foreach (ImageExtension extension in image.Manifest.Extensions.Where(extension => extension.Name != "plpgsql"))
        {
            string sql = $"CREATE EXTENSION \"{extension.Name}\"";
            if (extension.Trusted)
            {
                await host.QueryAsync(id, sql);
                continue;
            }
            var refused = await Assert.ThrowsAsync<PostgresException>(() => host.QueryAsync(id, sql));
            // 42704: it requires one that is not there, which is looked at first.
            Assert.True(refused.SqlState is "42501" or "42704", $"{extension.Name}: {refused.Message}");
        }
    }

    [Fact]
    public async Task Nothing_that_a_tenant_prepared_runs_as_the_platforms_role()
    {
        await using TestHost host = await TestHost.StartAsync();
        InstanceExtensions extensions = NewExtensions(host);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, Trap);

        foreach (string name in AllowedExtensions.ByPlatform)
        {
            ExtensionResource added = await extensions.AddAsync(id, name, Cancellation);
            Assert.Equal("public", added.Schema);
        }
        foreach (string name in AllowedExtensions.ByPlatform)
        {
            await extensions.RemoveAsync(id, name, Cancellation);
        }

        Assert.Equal("0", await host.QueryAsync(id, "SELECT count(*) FROM public.trace"));
        Assert.Equal("f", await host.QueryAsync(id, "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = 'app'"));
        // The trap does spring where somebody walks into it.
        await host.QueryAsync(id, "SET TRANSACTION READ WRITE; SELECT public.spring('x'::text)");
        Assert.Equal("app", await host.QueryAsync(id, "SELECT string_agg(who, ' ') FROM public.trace WHERE NOT super"));
    }

    [Fact]
    public async Task One_that_the_image_lacks_is_told_from_one_that_is_not_allowed()
    {
        using var images = new TestImages();
        await images.AddAsync('a', "18.1", withoutExtension: "hypopg");
        await using TestHost host = await TestHost.StartAsync(images: images);
        DatabaseId id = await host.CreateAsync();

        var missing = await Assert.ThrowsAsync<DormouseException>(() => NewExtensions(host).AddAsync(id, "hypopg", Cancellation));

        Assert.Equal(("DM3541", FailureKind.Host), (missing.Code, missing.Kind));
    }

    [Fact]
    public async Task What_stands_in_the_way_in_public_is_told_and_nothing_is_left_behind()
    {
        await using TestHost host = await TestHost.StartAsync();
        InstanceExtensions extensions = NewExtensions(host);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(id, "CREATE TYPE public.vector AS (x int)");

        var refused = await Assert.ThrowsAsync<DormouseException>(() => extensions.AddAsync(id, "vector", Cancellation));

        Assert.Equal("DM3542", refused.Code);
        Assert.Contains("vector", refused.Message, StringComparison.Ordinal);
        Assert.Equal("1", await host.QueryAsync(id, "SELECT count(*) FROM pg_extension"));
        Assert.Equal("0", await host.QueryAsync(id, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'dormouse%'"));
    }

    [Fact]
    public async Task PostGIS_is_whole_in_public_beside_what_a_tenant_has_there()
    {
        await using TestHost host = await TestHost.StartAsync();
        InstanceExtensions extensions = NewExtensions(host);
        DatabaseId id = await host.CreateAsync();
        await host.QueryAsync(
            id,
            "CREATE TABLE places (name text); CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1'"
        );

        await extensions.AddAsync(id, "postgis", Cancellation);

        // As a migration asks for it.
        await host.QueryAsync(id, "CREATE EXTENSION IF NOT EXISTS postgis");
        await host.QueryAsync(
            id,
            """
            ALTER TABLE places ADD at geography(Point, 4326), ADD shape geometry(Polygon, 3857);
            CREATE INDEX ON places USING gist (at);
            CREATE INDEX ON places USING gist (shape);
            INSERT INTO places SELECT 'p' || n, ST_Point(n, n), ST_MakeEnvelope(n, n, n + 1, n + 1, 3857) FROM generate_series(1, 50) n
            """
        );
        Assert.Equal("1", await host.QueryAsync(id, "SELECT count(*) FROM places WHERE ST_DWithin(at, 'POINT(7 7)', 100)"));
        Assert.Equal("3", await host.QueryAsync(id, "SELECT count(*) FROM places WHERE shape && ST_MakeEnvelope(7, 7, 8, 8, 3857)"));
        Assert.Equal("8", await host.QueryAsync(id, "SELECT twice(4)"));
        Assert.Equal("f", await host.QueryAsync(id, "SELECT extrelocatable FROM pg_extension WHERE extname = 'postgis'"));
        Assert.Equal("shape", await host.QueryAsync(id, "SELECT string_agg(f_geometry_column, ' ') FROM geometry_columns"));
        // What it wrote of its schema into its functions is the name under which it is found.
        Assert.Equal("0", await host.QueryAsync(id, "SELECT count(*) FROM pg_proc WHERE prosrc LIKE '%dormouse%'"));
        Assert.Equal("t", await host.QueryAsync(id, "SELECT count(*) > 10 FROM pg_proc WHERE prosrc LIKE '%public.%'"));
        Assert.Equal("0", await host.QueryAsync(id, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'dormouse%'"));
    }

    [Fact]
    public async Task A_tenant_adds_coordinate_systems_of_its_own()
    {
        await using TestHost host = await TestHost.StartAsync();
        InstanceExtensions extensions = NewExtensions(host);
        DatabaseId id = await host.CreateAsync();
        await extensions.AddAsync(id, "postgis", Cancellation);

        await host.QueryAsync(id, OwnSystem);

        Assert.Equal(
            "POINT(0 0)",
            await host.QueryAsync(id, "SELECT ST_AsText(ST_Transform('SRID=4326;POINT(9 47)'::geometry, 990001), 0)")
        );
    }

    [Fact]
    public async Task One_that_is_in_use_is_not_removed()
    {
        await using TestHost host = await TestHost.StartAsync();
        InstanceExtensions extensions = NewExtensions(host);
        DatabaseId id = await host.CreateAsync();
        await extensions.AddAsync(id, "vector", Cancellation);
        await extensions.AddAsync(id, "citext", Cancellation);
        await host.QueryAsync(id, "CREATE TABLE items (place vector(3), name citext)");

        foreach (string name in (string[])["vector", "citext"])
        {
            var refused = await Assert.ThrowsAsync<DormouseException>(() => extensions.RemoveAsync(id, name, Cancellation));
            Assert.Equal("DM3542", refused.Code);
            Assert.Contains("items", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_tenant_can_neither_change_nor_keep_what_the_platform_created()
    {
        await using TestHost host = await TestHost.StartAsync();
        InstanceExtensions extensions = NewExtensions(host);
        DatabaseId id = await host.CreateAsync();
        await extensions.AddAsync(id, "hypopg", Cancellation);
        string[] attempts =
        [
            "DROP EXTENSION hypopg",
            "ALTER EXTENSION hypopg SET SCHEMA pg_temp",
            "ALTER EXTENSION hypopg UPDATE",
            "ALTER FUNCTION hypopg_reset() SECURITY DEFINER",
            "CREATE OR REPLACE FUNCTION hypopg_reset() RETURNS void LANGUAGE sql AS 'SELECT'",
        ];
        foreach (string attempt in attempts)
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => host.QueryAsync(id, attempt));
            Assert.Equal("42501", refused.SqlState);
        }
    }

    [Fact]
    public async Task The_image_brings_no_extension_that_breaks_a_rule_of_the_list()
    {
        PostgresImage image = await TestImage.GetAsync();
        string folder = Directory.GetDirectories(image.RootPath + "/usr/share/postgresql")[0] + "/extension";
        foreach (string name in AllowedExtensions.ByPlatform)
        {
            string control = await File.ReadAllTextAsync(Path.Combine(folder, name + ".control"), Cancellation);
            Assert.Equal(
                !AllowedExtensions.NamingTheirSchema.Contains(name),
                control.Contains("relocatable = true", StringComparison.Ordinal)
            );
            Assert.DoesNotMatch(@"(?m)^requires\b", control);
        }
        // A language that is trusted would come unseen: the image has none but the one that every database has.
        Assert.Equal(
            ["plpgsql"],
            image.Manifest.Extensions.Select(extension => extension.Name).Where(name => name.StartsWith("pl", StringComparison.Ordinal))
        );
    }

    private static InstanceExtensions NewExtensions(TestHost host) =>
        new(new ExtensionOptions(), host.Lifecycle, host.Images, TimeProvider.System, NullLogger<InstanceExtensions>.Instance);
}

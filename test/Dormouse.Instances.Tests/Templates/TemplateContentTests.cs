using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;
using Dormouse.Testing;
using Npgsql;

namespace Dormouse.Instances.Tests.Templates;

/// <summary>What a clone of the template is like from inside, by a real server on it.</summary>
public sealed class TemplateContentTests
{
    [Theory]
    [InlineData("SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = 'postgres'", "b C.UTF-8")]
    [InlineData("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'postgres'", "UTF8")]
    [InlineData("SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database WHERE datname !~ '^test'", "postgres,template1")]
    [InlineData("SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = 'postgres'", "app")]
    [InlineData("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'", "app")]
    [InlineData(
        "SELECT concat_ws(',', rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls) FROM pg_roles WHERE rolname = 'app'",
        "f,t,t,f,f"
    )]
    [InlineData("SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'", "1048576")]
    [InlineData("SELECT setting FROM pg_settings WHERE name = 'wal_level'", "replica")]
    [InlineData("SELECT setting FROM pg_settings WHERE name = 'full_page_writes'", "on")]
    [InlineData("SELECT setting FROM pg_settings WHERE name = 'data_checksums'", "on")]
    [InlineData("SELECT setting FROM pg_settings WHERE name = 'listen_addresses'", "")]
    [InlineData("SELECT lower('ÄÖÜ') || upper('straße')", "äöüSTRAßE")]
    [InlineData("SELECT ('z' < 'ä')::text", "true")]
    [InlineData("SELECT ('z' < 'ä' COLLATE \"de-x-icu\")::text", "false")]
    [InlineData("SELECT to_tsvector('simple', 'Größe Ελλάδα')::text", "'größe':1 'ελλάδα':2")]
    [InlineData("SELECT (now() AT TIME ZONE 'Europe/Berlin' IS NOT NULL)::text", "true")]
    public async Task A_clone_is_set_up_as_designed(string sql, string expected)
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        Assert.Equal(expected, await server.QueryAsync(sql, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("COPY (SELECT 1) TO PROGRAM 'true'", "42501")]
    [InlineData("COPY (SELECT 1) TO '/tmp/file'", "42501")]
    [InlineData("SELECT pg_read_file('/etc/passwd')", "42501")]
    [InlineData("ALTER ROLE app SUPERUSER", "42501")]
    [InlineData("ALTER ROLE dormouse PASSWORD 'x'", "42501")]
    [InlineData("SELECT rolpassword FROM pg_authid", "42501")]
    [InlineData("CREATE EXTENSION file_fdw", "42501")]
    [InlineData("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'getpid'", "42501")]
    [InlineData("ALTER SYSTEM SET fsync = off", "42501")]
    public async Task The_tenants_role_is_kept_from(string sql, string sqlState)
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        PostgresException failure = await Assert.ThrowsAsync<PostgresException>(() =>
            server.ExecuteAsync(server.Database, sql, TestContext.Current.CancellationToken)
        );
        Assert.Equal(sqlState, failure.SqlState);
    }

    [Fact]
    public async Task Even_the_superuser_finds_no_shell_to_run_programs_with()
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        PostgresException failure = await Assert.ThrowsAsync<PostgresException>(() =>
            server.QueryAsync("COPY (SELECT 1) TO PROGRAM 'true'", TestContext.Current.CancellationToken, asPlatform: true)
        );
        Assert.Contains("could not execute command", failure.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tenants_role_makes_and_drops_databases_of_its_own()
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        TestDatabase database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await server.ExecuteAsync(database.Database, "CREATE TABLE t (id int)", TestContext.Current.CancellationToken);
        await server.ExecuteAsync(server.Database, $"DROP DATABASE {database.Database}", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Every_extension_of_the_image_can_be_created()
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        TestDatabase database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var connection = new NpgsqlConnection(server.ConnectionString(database.Database, asPlatform: true));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        foreach (ImageExtension extension in (await TestImage.GetAsync()).Manifest.Extensions)
        {
            await using var command = new NpgsqlCommand($"CREATE EXTENSION IF NOT EXISTS \"{extension.Name}\" CASCADE", connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("app")]
    [InlineData("dormouse")]
    public async Task Nobody_comes_in_without_the_password(string user)
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        var builder = new NpgsqlConnectionStringBuilder(server.ConnectionString(server.Database)) { Username = user, Password = "wrong" };
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        PostgresException failure = await Assert.ThrowsAsync<PostgresException>(() =>
            connection.OpenAsync(TestContext.Current.CancellationToken)
        );
        Assert.Equal("28P01", failure.SqlState);
    }

    [Fact]
    public async Task No_access_rule_trusts_anybody()
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        string[] rules = File.ReadAllLines(Path.Combine(template.DataPath, "pg_hba.conf"));
        Assert.All(
            rules.Where(rule => rule.Length > 0 && rule[0] != '#'),
            rule =>
            {
                Assert.StartsWith("local ", rule, StringComparison.Ordinal);
                Assert.EndsWith(" scram-sha-256", rule, StringComparison.Ordinal);
            }
        );
    }

    [Fact]
    public async Task A_dump_by_the_images_own_tool_can_be_read()
    {
        PostgresImage image = await TestImage.GetAsync();
        Assert.SkipUnless(image.Manifest.Tools.Contains("pg_dump"), "The npm image has no pg_dump.");
        TestPostgres server = await TestPostgres.SharedAsync();
        TestDatabase database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await server.ExecuteAsync(database.Database, "CREATE TABLE dumped (id int)", TestContext.Current.CancellationToken);
        string address = $"host={PostgresImage.SocketMount} user={database.User} password={database.Password} dbname={database.Database}";
        var sandbox = new ImageSandbox(image)
        {
            User = Instances.Host.HostUsers.Template,
            Mounts = new Dictionary<string, string> { [PostgresImage.SocketMount] = server.SocketFolder },
        };
        Instances.Host.HostCommandResult dump = await sandbox
            .Command("pg_dump", "--dbname", address)
            .RunAsync(TestContext.Current.CancellationToken);
        Assert.True(dump.Succeeded, dump.LastWords);
        Assert.Contains("CREATE TABLE public.dumped", dump.Output, StringComparison.Ordinal);
    }
}

using Dormouse.Contracts;
using Dormouse.Control.Databases;
using Dormouse.Control.Tests.Support;
using Dormouse.Postgres;

namespace Dormouse.Control.Tests.Databases;

public sealed class SchemaPushTests
{
    private static readonly string[] Public = ["public"];
    private static readonly string[] TwoTables = ["CREATE TABLE a (b int)", "CREATE TABLE c (d int)"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_push_runs_all_statements_and_lets_the_database_sleep_again()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);

        await control.Pushes.RunAsync(shop, Public, TwoTables, Cancelled);

        Assert.Equal("public.a public.c", await TablesAsync(control, shop));
        Assert.Equal(0, control.Instances.Leases);
    }

    [Theory]
    [InlineData("CREATE TABLE t (n int)", "table public.t")]
    [InlineData("CREATE TABLE \"T 1\" (n serial); CREATE TABLE a (n int)", "table public.\"T 1\" and 1 more")]
    [InlineData("CREATE TABLE t (n int) PARTITION BY RANGE (n)", "table public.t")]
    [InlineData("CREATE VIEW v AS SELECT 1", "view public.v")]
    [InlineData("CREATE MATERIALIZED VIEW v AS SELECT 1", "materialized view public.v")]
    [InlineData("CREATE SEQUENCE s", "sequence public.s")]
    [InlineData("CREATE TYPE e AS ENUM ('a')", "enum public.e")]
    [InlineData("CREATE DOMAIN d AS int", "domain public.d")]
    [InlineData("CREATE TYPE c AS (a int)", "type public.c")]
    [InlineData("CREATE TYPE r AS RANGE (subtype = float8)", "type public.r")]
    [InlineData("CREATE SCHEMA auth; CREATE TABLE auth.t (n int)", "table auth.t", "public", "auth")]
    public async Task A_database_that_is_not_empty_is_left_as_it_is(string script, string thing, params string[] schemas)
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);
        await control.Scripts.RunAsync(shop, script, Cancelled);
        string before = await TablesAsync(control, shop);

        var failure = await Assert.ThrowsAsync<DormouseException>(() =>
            control.Pushes.RunAsync(shop, schemas.Length == 0 ? Public : schemas, ["CREATE TABLE late (n int)"], Cancelled)
        );

        Assert.Equal((FailureKind.Conflict, "DM2026"), (failure.Kind, failure.Code));
        Assert.Contains($"it has the {thing}.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, await TablesAsync(control, shop));
    }

    [Theory]
    [InlineData("CREATE SCHEMA other; CREATE TABLE other.t (n int); CREATE TYPE other.e AS ENUM ('a')")]
    [InlineData("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    public async Task What_lies_elsewhere_and_functions_do_not_count(string script)
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);
        await control.Scripts.RunAsync(shop, script, Cancelled);

        await control.Pushes.RunAsync(shop, Public, TwoTables, Cancelled);
    }

    [Fact]
    public async Task What_an_extension_brought_along_does_not_count()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);
        string extension = await ScalarAsync(
            control,
            shop,
            "SELECT name FROM pg_available_extensions WHERE name IN ('citext', 'hstore', 'ltree') ORDER BY name LIMIT 1"
        );
        Assert.SkipWhen(extension.Length == 0, "The image has none of the extensions citext, hstore and ltree.");
        await control.Scripts.RunAsync(shop, $"CREATE EXTENSION {extension}", Cancelled);

        await control.Pushes.RunAsync(shop, Public, [$"CREATE TABLE a (b {extension})"], Cancelled);
    }

    [Fact]
    public async Task A_statement_that_fails_undoes_all_before_it_and_is_shown_with_its_line()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);

        var failure = await Assert.ThrowsAsync<DormouseException>(() =>
            control.Pushes.RunAsync(shop, Public, ["CREATE TABLE a (b int)", "CREATE TABLE c (\n    d nothing NOT NULL\n)"], Cancelled)
        );

        Assert.Equal((FailureKind.Postgres, "DM2027"), (failure.Kind, failure.Code));
        Assert.StartsWith(
            "PostgreSQL refused statement 2 of 2: type \"nothing\" does not exist (42704). Nothing was created.",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith("The statement's line: d nothing NOT NULL", failure.Message, StringComparison.Ordinal);
        Assert.Equal("", await TablesAsync(control, shop));
    }

    [Theory]
    [InlineData("CREATE TABLE a (b int); COMMIT; CREATE TABLE c (d int)")]
    [InlineData("CREATE TABLE a (b int DEFAULT 1); SELECT 1")]
    public async Task A_text_cannot_smuggle_in_a_second_statement(string text)
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);

        var failure = await Assert.ThrowsAsync<DormouseException>(() => control.Pushes.RunAsync(shop, Public, [text], Cancelled));

        Assert.Equal("DM2027", failure.Code);
        Assert.Contains("(42601)", failure.Message, StringComparison.Ordinal);
        Assert.Equal("", await TablesAsync(control, shop));
    }

    [Fact]
    public async Task A_statement_with_a_nul_is_the_callers_fault()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);

        var failure = await Assert.ThrowsAsync<DormouseException>(() =>
            control.Pushes.RunAsync(shop, Public, ["CREATE TABLE a (b text DEFAULT '\0')"], Cancelled)
        );

        Assert.Equal((FailureKind.Caller, "DM5015"), (failure.Kind, failure.Code));
        Assert.Equal("", await TablesAsync(control, shop));
    }

    [Fact]
    public async Task Settings_of_the_database_do_not_change_what_the_statements_mean()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);
        await control.Scripts.RunAsync(
            shop,
            """
            CREATE SCHEMA other;
            DO $$ BEGIN
                EXECUTE format('ALTER DATABASE %I SET search_path TO other', current_database());
                EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings TO off', current_database());
                EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only TO on', current_database());
                EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation TO serializable', current_database());
            END $$
            """,
            Cancelled
        );

        await control.Pushes.RunAsync(shop, Public, [@"CREATE TABLE a (b text DEFAULT 'a\\b')"], Cancelled);

        Assert.Equal("public.a", await TablesAsync(control, shop));
        Assert.Equal(
            @"'a\\b'::text",
            await ScalarAsync(
                control,
                shop,
                "SET standard_conforming_strings TO on; SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'public.a'::regclass"
            )
        );
    }

    [Fact]
    public async Task Of_several_pushes_at_once_one_creates_everything_and_the_others_find_the_database_filled()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);

        Task[] pushes = [.. Enumerable.Range(0, 4).Select(_ => control.Pushes.RunAsync(shop, Public, TwoTables, Cancelled))];
        await Task.WhenAny(Task.WhenAll(pushes));

        Task winner = Assert.Single(pushes, push => push.IsCompletedSuccessfully);
        await winner;
        Assert.All(
            pushes.Where(push => push.IsFaulted),
            push => Assert.Equal("DM2026", (push.Exception!.InnerException as DormouseException)?.Code)
        );
        Assert.Equal("public.a public.c", await TablesAsync(control, shop));
    }

    [Fact]
    public async Task An_extension_that_takes_more_rights_is_named_with_the_reason()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);
        string extension = await ScalarAsync(
            control,
            shop,
            "SELECT name FROM pg_available_extension_versions WHERE superuser AND NOT trusted AND requires IS NULL ORDER BY name LIMIT 1"
        );
        Assert.SkipWhen(extension.Length == 0, "The image has no extension that takes the rights of a superuser.");

        DormouseException failure = await FailedExtensionAsync(control, shop, extension);

        Assert.Equal((FailureKind.Postgres, "DM2028"), (failure.Kind, failure.Code));
        Assert.Contains($"refused 'CREATE EXTENSION IF NOT EXISTS \"{extension}\"'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("rights that the role 'app' does not have", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_extension_that_the_image_lacks_is_named_with_the_reason()
    {
        await using ControlUnderTest control = await ControlUnderTest.StartAsync();
        DatabaseId shop = await CreateAsync(control);

        DormouseException failure = await FailedExtensionAsync(control, shop, "no_such_extension");

        Assert.Equal("DM2028", failure.Code);
        Assert.Contains("does not have it", failure.Message, StringComparison.Ordinal);
    }

    private static Task<DormouseException> FailedExtensionAsync(ControlUnderTest control, DatabaseId id, string extension) =>
        Assert.ThrowsAsync<DormouseException>(() =>
            control.Pushes.RunAsync(id, Public, ["CREATE TABLE a (b int)", $"CREATE EXTENSION IF NOT EXISTS \"{extension}\""], Cancelled)
        );

    private static async Task<DatabaseId> CreateAsync(ControlUnderTest control) =>
        (await control.Databases.CreateAsync("shop", null, null, Cancelled)).Database.Id;

    private static Task<string> TablesAsync(ControlUnderTest control, DatabaseId id) =>
        ScalarAsync(
            control,
            id,
            "SELECT string_agg(schemaname || '.' || tablename, ' ' ORDER BY 1) FROM (SELECT schemaname, tablename FROM pg_tables "
                + "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2) t"
        );

    private static async Task<string> ScalarAsync(ControlUnderTest control, DatabaseId id, string sql)
    {
        await using TenantSession session = await control.Sessions.OpenAsync(id, "test", Cancelled);
        var rows = new TextRows();
        await session.Connection.ExecuteSimpleAsync(sql, rows, Cancelled);
        return rows.Rows.Count == 0 ? "" : rows.Rows[0][0] ?? "";
    }
}

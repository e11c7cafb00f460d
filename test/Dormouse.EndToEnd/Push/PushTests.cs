using System.Text.Json;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;
using Dormouse.Testing.Platform;
using Dormouse.Testing.Processes;

namespace Dormouse.EndToEnd.Push;

/// <summary><c>db push</c> by the command line, on a running platform.</summary>
public sealed class PushTests(SharedPlatform shared)
{
    private static readonly string Clients = Path.Combine(Checkout.Root, "test", "Dormouse.EndToEnd", "clients");
    private static readonly string Bench = Path.Combine(Clients, "prisma7", "bench.prisma");
    private static readonly string Blog = Path.Combine(Checkout.Root, "samples", "blog", "schema.prisma");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_schema_becomes_tables_once_and_a_second_push_changes_nothing()
    {
        PlatformProcess platform = await shared.Platform;
        PlatformDatabase database = await platform.CreateDatabaseAsync("pushed", Cancelled);
        using ProtocolClient client = ProtocolClient.Of(platform, database);

        ProcessRun first = await platform.RunAsync(["db", "push", "pushed", "--schema", Blog], Cancelled);
        Assert.StartsWith("Done; tables: ", first.Succeeded(), StringComparison.Ordinal);
        string? tables = await TablesAsync(client);
        Assert.NotEqual("", tables);

        ProcessRun second = await platform.RunAsync(["db", "push", "pushed", "--schema", Bench], Cancelled);
        Assert.Equal(1, second.ExitCode);
        Assert.StartsWith("DM2026: The database is not empty: it has the table ", second.Errors, StringComparison.Ordinal);
        Assert.Equal(tables, await TablesAsync(client));
    }

    [Fact]
    public async Task The_tables_of_a_push_are_those_that_prisma_itself_made_for_the_same_schema()
    {
        PlatformProcess platform = await shared.Platform;
        PlatformDatabase ours = await platform.CreateDatabaseAsync("push-ours", Cancelled);
        PlatformDatabase theirs = await platform.CreateDatabaseAsync("push-theirs", Cancelled);
        using ProtocolClient client = ProtocolClient.Of(platform, ours);
        using ProtocolClient other = ProtocolClient.Of(platform, theirs);

        // The schema is in two files, in a folder of the platform's that goes with it.
        string folder = Directory.CreateDirectory(Path.Combine(platform.DataPath, "schema to push")).FullName;
        File.Copy(Path.Combine(Clients, "prisma7", "default.prisma"), Path.Combine(folder, "default.prisma"));
        File.Copy(Path.Combine(Clients, "shared", "models.prisma"), Path.Combine(folder, "models.prisma"));
        JsonElement result = await platform.JsonAsync(["db", "push", ours.Id, "--schema", folder], Cancelled);
        // Written by Prisma's own migration engine for the tests of its clients.
        string script = await File.ReadAllTextAsync(Path.Combine(Clients, "shared", "schema.sql"), Cancelled);
        await platform.ExecuteAsync(theirs.Id, script, Cancelled);

        Assert.True(result.GetProperty("statements").GetInt32() > 10);
        Assert.Equal(await ColumnsAsync(other), await ColumnsAsync(client));
    }

    private static Task<string?> TablesAsync(ProtocolClient client) =>
        client.ScalarAsync(
            "SELECT coalesce(string_agg(tablename, ' ' ORDER BY tablename), '') FROM pg_tables WHERE schemaname = 'public'",
            Cancelled
        );

    private static Task<string?> ColumnsAsync(ProtocolClient client) =>
        client.ScalarAsync(
            """
            SELECT string_agg(concat_ws(' ', table_name, column_name, udt_name, is_nullable, column_default), E'\n' ORDER BY table_name, ordinal_position)
            FROM information_schema.columns WHERE table_schema = 'public'
            """,
            Cancelled
        );
}

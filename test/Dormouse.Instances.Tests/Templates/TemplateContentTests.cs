using Dormouse.Testing;
using Npgsql;

namespace Dormouse.Instances.Tests.Templates;

/// <summary>What a clone of the template is like from inside, by a real server on it.</summary>
public sealed class TemplateContentTests
{
    [Fact]
    public async Task A_server_on_a_clone_answers_through_its_socket()
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        Assert.StartsWith("PostgreSQL 18.", await ScalarAsync(server, "SELECT version()"), StringComparison.Ordinal);
        Assert.True(server.PostmasterPid > 0);
    }

    private static async Task<string> ScalarAsync(TestPostgres server, string sql, bool asPlatform = false)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString(server.Database, asPlatform));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), null)!;
    }
}

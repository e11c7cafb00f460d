using Dormouse.Query.Tests.Sessions;
using Dormouse.Schema;
using Dormouse.Schema.Models;
using Dormouse.Testing;

namespace Dormouse.Query.Tests.Reads;

/// <summary>A database with the tables of the captures' schema and the rows that were in it when they were made.</summary>
public sealed class SeededDatabase : IAsyncLifetime
{
    /// <summary>What the database's clock said when the captured rows were made.</summary>
    private const string CapturedTimes = """
        UPDATE memberships SET since = '2026-11-22T04:11:56.309';
        UPDATE "Comment" SET "createdAt" = '2026-11-22T04:11:56.263Z';
        """;

    private TestDatabase? database;

    public PrismaSchema Schema { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var reading = SchemaReader.Read(Text("schema.prisma"));
        Assert.True(reading.IsValid, string.Join('\n', reading.Diagnostics));
        Schema = reading.Schema;
        var server = await TestPostgres.SharedAsync();
        database = await server.CreateDatabaseAsync(CancellationToken.None);
        await server.ExecuteAsync(database.Database, Text("schema.sql") + Text("seed.sql") + CapturedTimes, CancellationToken.None);
    }

    internal Task<PostgresSession> OpenAsync() => PostgresSession.OpenAsync(database!, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static string Text(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reads", name));
}

using System.Text;
using System.Text.Json.Nodes;
using Dormouse.Migrations;
using Dormouse.Query.Operations;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;
using Dormouse.Query.Tests.Sessions;
using Dormouse.Schema;
using Dormouse.Testing;

namespace Dormouse.Query.Tests.Writes;

/// <summary>A database with the tables and rows of one of the recorded schemas, and an engine for it. What a test changes is taken back.</summary>
internal sealed class ScenarioDatabase
{
    private readonly PostgresSession session;
    private readonly string[] tables;
    private readonly string sequences;

    private ScenarioDatabase(PostgresSession session, string[] tables, string seed, QueryEngine engine)
    {
        this.session = session;
        this.tables = tables;
        Engine = engine;
        sequences = seed.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
    }

    public QueryEngine Engine { get; }

    /// <param name="name"><c>zoo</c>, <c>zoo-emulated</c> for the one without foreign keys, or <c>types</c>.</param>
    public static async Task<ScenarioDatabase> CreateAsync(string name, CancellationToken cancellationToken)
    {
        var reading = SchemaReader.Read(Text(name + ".prisma"));
        Assert.True(reading.IsValid, string.Join('\n', reading.Diagnostics));
        var server = await TestPostgres.SharedAsync();
        var database = await server.CreateDatabaseAsync(cancellationToken);
        var seed = Text(name.Split('-')[0] + "-seed.sql");
        await server.ExecuteAsync(
            database.Database,
            $"{string.Join(";\n", SchemaScript.Create(reading.Schema))};\n{seed}",
            cancellationToken
        );
        var session = await PostgresSession.OpenAsync(database, cancellationToken);
        var tables = await ColumnAsync(
            session,
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
            cancellationToken
        );
        var engine = new QueryEngine(reading.Schema, new OperationCache(10_000, 100_000_000), Run.Limits);
        return new ScenarioDatabase(session, tables, seed, engine);
    }

    /// <summary>Begins with the seeded rows; <see cref="EndAsync"/> takes everything back.</summary>
    public async Task<SavepointSession> BeginAsync(CancellationToken cancellationToken)
    {
        await session.SimpleAsync(sequences + "BEGIN;", cancellationToken);
        return new SavepointSession(session);
    }

    public async Task EndAsync(CancellationToken cancellationToken) => await session.SimpleAsync("ROLLBACK", cancellationToken);

    /// <summary>All rows of all tables.</summary>
    public async Task<IReadOnlyDictionary<string, JsonNode>> StateAsync(CancellationToken cancellationToken)
    {
        var parts = tables.Select(table => $"SELECT (SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM \"{table}\" t)");
        var states = await ColumnAsync(session, string.Join(" UNION ALL ", parts), cancellationToken);
        return tables.Zip(states).ToDictionary(pair => pair.First, pair => JsonNode.Parse(pair.Second)!);
    }

    private static async Task<string[]> ColumnAsync(PostgresSession session, string sql, CancellationToken cancellationToken)
    {
        using var table = new RowTable(10_000, 10_000_000);
        await session.QueryAsync(new SqlStatement(sql, []), table, cancellationToken);
        return [.. Enumerable.Range(0, table.RowCount).Select(row => Encoding.UTF8.GetString(table.Cell(row, 0)))];
    }

    internal static string Text(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Writes", name));
}

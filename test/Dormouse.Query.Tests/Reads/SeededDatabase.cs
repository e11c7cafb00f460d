using System.Text.Json.Nodes;
using Dormouse.Migrations;
using Dormouse.Query.Tests.Sessions;
using Dormouse.Schema;
using Dormouse.Schema.Models;
using Dormouse.Testing;
using Dormouse.Testing.Node;

namespace Dormouse.Query.Tests.Reads;

/// <summary>A schema with its tables and rows, and what Prisma's engine answered to queries on them: <c>engine.jsonl</c>.</summary>
public abstract class SeededDatabase(string folder) : IAsyncLifetime
{
    private TestDatabase? database;

    /// <summary>What is written before the rows of the folder's own <c>seed.sql</c>.</summary>
    private protected virtual string SharedSeed => "";

    public PrismaSchema Schema { get; } = ReadSchema(folder);

    /// <summary>The queries by name: <c>{"name":…,"query":…,"answer":…}</c>; of an error the answer has its code and meta.</summary>
    internal IReadOnlyDictionary<string, JsonNode> Queries { get; } =
        Text(folder, "engine.jsonl")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .ToDictionary(query => (string)query["name"]!);

    public async ValueTask InitializeAsync()
    {
        var server = await TestPostgres.SharedAsync();
        database = await server.CreateDatabaseAsync(CancellationToken.None);
        var tables = string.Join(";\n", SchemaScript.Create(Schema));
        await server.ExecuteAsync(database.Database, $"{tables};\n{SharedSeed}{Text(folder, "seed.sql")}", CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal Task<PostgresSession> OpenAsync() => PostgresSession.OpenAsync(database!, TestContext.Current.CancellationToken);

    private static PrismaSchema ReadSchema(string folder)
    {
        var reading = SchemaReader.Read(Text(folder, "schema.prisma"));
        Assert.True(reading.IsValid, string.Join('\n', reading.Diagnostics));
        return reading.Schema;
    }

    private static string Text(string folder, string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reads", folder, name));
}

/// <summary>What client 6.19.3 asked in the conformance run before its first write, and some queries at the edges of the language.</summary>
public sealed class CapturedDatabase() : SeededDatabase("Captured")
{
    private protected override string SharedSeed => File.ReadAllText(Path.Combine(ClientSet.Shared, "seed.sql"));
}

/// <summary>Relations and keys of every kind; the queries were made at random.</summary>
public sealed class ShapesDatabase() : SeededDatabase("Shapes");

/// <summary>Every native type.</summary>
public sealed class TypesDatabase() : SeededDatabase("Types");

using Dormouse.Migrations.Tests.Generated;
using Dormouse.Schema;
using Dormouse.Testing;
using Dormouse.Testing.Prisma;
using Npgsql;

namespace Dormouse.Migrations.Tests.Databases;

/// <summary>The statements run on a real PostgreSQL, as the tenant's role.</summary>
public sealed class ExecutionTests
{
    /// <summary>What some schemas need and do not list.</summary>
    private static readonly string[] Unlisted = ["citext", "pg_trgm"];

    /// <summary>What some schemas list.</summary>
    private static readonly string[] Listed = ["citext", "hstore", "pg_trgm"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Our_statements_and_prismas_script_make_the_same_database()
    {
        Assert.SkipWhen(SchemaOracle.Missing is not null, SchemaOracle.Missing ?? "");
        TestPostgres server = await TestPostgres.SharedAsync();
        await SkipWithoutExtensionsAsync(server);
        // One schema lists PostGIS, which no image has.
        string[] files = [.. Corpus.Files.Where(file => !file.EndsWith("extensions.prisma", StringComparison.Ordinal))];
        IReadOnlyList<OracleAnswer> answers = await SchemaOracle.AskAsync([.. files.Select(Corpus.Read)], Cancelled, withSql: true);
        foreach ((string file, OracleAnswer answer) in files.Zip(answers))
        {
            IReadOnlyList<string> ours = await MadeByAsync(server, file, SchemaScript.Create(Corpus.Schema(file)), Unlisted);
            IReadOnlyList<string> theirs = await MadeByAsync(server, file, [answer.Sql!], Unlisted);
            Assert.Equal(theirs, ours);
            Assert.True(ours.Count > 3, $"{file} made nothing: {string.Join('\n', ours)}");
        }
    }

    [Fact]
    public async Task The_statements_of_generated_schemas_run()
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        for (int seed = 0; seed < 40; seed++)
        {
            string text = SchemaGenerator.Generate(seed);
            if (SchemaReader.Read(text).Schema is { } schema)
            {
                await MadeByAsync(server, $"seed {seed}:\n{text}", SchemaScript.Create(schema));
            }
        }
    }

    private static async Task SkipWithoutExtensionsAsync(TestPostgres server)
    {
        string names = string.Join(", ", Listed.Select(name => $"'{name}'"));
        string count = await server.QueryAsync($"SELECT count(*) FROM pg_available_extensions WHERE name IN ({names})", Cancelled);
        Assert.SkipWhen(count != $"{Listed.Length}", $"The image lacks one of the extensions {string.Join(", ", Listed)}.");
    }

    private static async Task<IReadOnlyList<string>> MadeByAsync(
        TestPostgres server,
        string what,
        IReadOnlyList<string> statements,
        params string[] extensions
    )
    {
        TestDatabase database = await server.CreateDatabaseAsync(Cancelled);
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync(Cancelled);
        await RunAsync(connection, "SET search_path TO public");
        foreach (string extension in extensions)
        {
            await RunAsync(connection, $"CREATE EXTENSION IF NOT EXISTS {extension}");
        }
        foreach (string statement in statements)
        {
            try
            {
                await RunAsync(connection, statement);
            }
            catch (PostgresException exception)
            {
                throw new InvalidOperationException($"{what}\n{statement}\n{exception.MessageText}", exception);
            }
        }
        return await Catalog.ReadAsync(connection, Cancelled);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(Cancelled);
    }
}

using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Sql;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Sql;

public sealed class SqlRenderingTests
{
    private const string Tuple = """{"type":"parameterTuple","itemPrefix":"","itemSeparator":",","itemSuffix":""}""";
    private const string TupleList =
        """{"type":"parameterTupleList","itemPrefix":"(","itemSeparator":",","itemSuffix":")","groupSeparator":","}""";
    private const string Int = """{"arity":"scalar","scalarType":"int","dbType":"INTEGER"}""";

    [Theory]
    [InlineData("7", "int", "INTEGER", "7")]
    [InlineData("1.5", "float", "DOUBLEPRECISION", "1.5")]
    [InlineData("1e21", "float", "DOUBLEPRECISION", "1e+21")]
    [InlineData("0.0000001", "float", "DOUBLEPRECISION", "1e-7")]
    [InlineData("-0", "int", "INTEGER", "0")]
    [InlineData("9007199254740993", "decimal", "DECIMAL", "9007199254740992")]
    [InlineData("\"9007199254740993\"", "bigint", "BIGINT", "9007199254740993")]
    [InlineData("true", "boolean", "BOOLEAN", "true")]
    [InlineData("\"a'b\"", "string", "TEXT", "a'b")]
    [InlineData("\"\\ud83d\\ude00\\ud800\"", "string", "TEXT", "😀\uFFFD")]
    [InlineData("null", "string", "TEXT", null)]
    [InlineData("{\"a\":[1,\"x\"]}", "json", "JSONB", "{\"a\":[1,\"x\"]}")]
    [InlineData("\"2024-01-01T00:00:00.120Z\"", "datetime", "TIMESTAMP", "2024-01-01 00:00:00.120")]
    [InlineData("\"2024-01-01T02:00:00+02:00\"", "datetime", "TIMESTAMPTZ", "2024-01-01 00:00:00")]
    [InlineData("\"2024-01-01T00:00:00.123456Z\"", "datetime", "TIMESTAMP", "2024-01-01 00:00:00.123")]
    [InlineData("\"2024-01-01\"", "datetime", "DATE", "2024-01-01")]
    [InlineData("\"1970-01-01T10:11:12.500Z\"", "datetime", "TIME", "10:11:12.500")]
    [InlineData("\"nonsense\"", "datetime", "TIMESTAMP", "NaN-NaN-NaN NaN:NaN:NaN")]
    [InlineData("\"AQL/\"", "bytes", "BYTEA", "\\x0102ff")]
    [InlineData("\"AQL_\"", "bytes", "BYTEA", "\\x0102ff")]
    public async Task A_scalar_has_the_text_that_node_postgres_sends(string json, string scalarType, string dbType, string? expected)
    {
        var type = $$"""{"arity":"scalar","scalarType":"{{scalarType}}","dbType":"{{dbType}}"}""";
        var asLiteral = await Parameters("""{"type":"parameter"}""", json, type);
        var asPlaceholder = await Parameters("""{"type":"parameter"}""", Placeholder, type, $$"""{"%1":{{json}}}""");
        Assert.Equal(expected, Assert.Single(asLiteral));
        Assert.Equal(expected, Assert.Single(asPlaceholder));
    }

    [Theory]
    [InlineData("[]", "string", "TEXT", "{}")]
    [InlineData("[\"a\",\"b\\\"\\\\\",null]", "string", "TEXT", "{\"a\",\"b\\\"\\\\\",NULL}")]
    [InlineData("[1,2.5]", "int", "INTEGER", "{\"1\",\"2.5\"}")]
    [InlineData("[[1],[2]]", "int", "INTEGER", "{{\"1\"},{\"2\"}}")]
    [InlineData("[true]", "boolean", "BOOLEAN", "{\"true\"}")]
    [InlineData("[\"2020-01-01T00:00:00Z\"]", "datetime", "TIMESTAMP", "{\"2020-01-01 00:00:00\"}")]
    [InlineData("[\"YQ==\"]", "bytes", "BYTEA", "{\\\\x61}")]
    [InlineData("[{\"a\":1}]", "json", "JSONB", "{\"{\\\"a\\\":1}\"}")]
    public async Task A_list_is_an_array_literal(string json, string scalarType, string dbType, string expected)
    {
        var type = $$"""{"arity":"list","scalarType":"{{scalarType}}","dbType":"{{dbType}}"}""";
        Assert.Equal(expected, Assert.Single(await Parameters("""{"type":"parameter"}""", json, type)));
    }

    [Fact]
    public async Task Bytes_alone_carry_their_type()
    {
        var type = """{"arity":"scalar","scalarType":"bytes","dbType":"BYTEA"}""";
        var statement = await Render("""{"type":"parameter"},{"type":"parameter"}""", "\"YQ==\",\"x\"", $"{type},{Int}");
        Assert.Equal([17u, 0u], statement.Parameters.Select(p => p.TypeOid));
    }

    [Theory]
    [InlineData("[1,2,3]", "A ($1,$2,$3)")]
    [InlineData("5", "A ($1)")]
    [InlineData("[]", "A (NULL)")]
    public async Task A_tuple_has_one_placeholder_per_item(string value, string sql)
    {
        var statement = await Render(Tuple, Placeholder, Int, $$"""{"%1":{{value}}}""");
        Assert.Equal(sql, statement.Sql);
    }

    [Fact]
    public async Task Placeholders_are_numbered_over_all_fragments()
    {
        var pair = $$"""{"arity":"tuple","elements":[{{Int}},{"arity":"scalar","scalarType":"datetime","dbType":"DATE"}]}""";
        var statement = await Render(
            $$"""{"type":"parameter"},{{TupleList}},{"type":"stringChunk","chunk":" B "},{{Tuple}}""",
            """1,[[2,"2020-01-02"],[3,null]],[4,5]""",
            $"{Int},{pair},{Int}"
        );
        Assert.Equal("A $1($2,$3),($4,$5) B ($6,$7)", statement.Sql);
        Assert.Equal((string?[])["1", "2", "2020-01-02", "3", null, "4", "5"], Texts(statement));
    }

    [Theory]
    [InlineData("[]", "Malformed query template. Tuple list cannot be empty.")]
    [InlineData("[1]", "Malformed query template. Tuple expected.")]
    [InlineData("1", "Malformed query template. Tuple list expected.")]
    public async Task A_tuple_list_must_be_one(string value, string message)
    {
        var failure = await Assert.ThrowsAsync<PlanException>(() => Render(TupleList, value, Int));
        Assert.Equal(message, failure.Message);
    }

    [Fact]
    public async Task The_same_list_size_gives_the_same_string_object()
    {
        var plan = Dormouse.Query.Plans.QueryPlan.Parse(Encoding.UTF8.GetBytes(Query(Tuple, Placeholder, Int, "true")), Run.Limits);
        var session = new ScriptedSession(Reply.Of("id:23")) { Repeats = true };
        foreach (var list in new[] { "[1,2]", "[3,4,5]", "[6,7]" })
        {
            var parameters = Dormouse.Query.Plans.PlanParameters.Parse(
                Encoding.UTF8.GetBytes($$"""{"%1":{{list}}}"""),
                default,
                Run.Limits
            );
            await new Dormouse.Query.Plans.PlanInterpreter(Run.Limits, TimeProvider.System).RunAsync(
                plan,
                parameters,
                session,
                new System.Buffers.ArrayBufferWriter<byte>(),
                TestContext.Current.CancellationToken
            );
        }

        Assert.Same(session.Statements[0].Sql, session.Statements[2].Sql);
        Assert.NotEqual(session.Statements[0].Sql, session.Statements[1].Sql);
    }

    [Fact]
    public async Task Too_long_a_list_is_split_in_a_transaction_and_the_rows_are_appended()
    {
        var list = $"[{string.Join(',', Enumerable.Range(0, 70_000))}]";
        var session = new ScriptedSession(Reply.Of("id:23", ["1"]), Reply.Of("id:23", ["2"]), Reply.Of("id:23"));
        var plan = Run.DataMap(Query($$"""{"type":"parameter"},{{Tuple}}""", $"9,{Placeholder}", $"{Int},{Int}", "true"), "id:int");
        var answer = await Run.Plan(plan, session, $$"""{"%1":{{list}}}""");

        Assert.Equal("""[{"id":1},{"id":2}]""", answer);
        Assert.Equal([32_766, 32_766, 4_471], session.Statements.Select(s => s.Parameters.Length));
        Assert.All(session.Statements, s => Assert.Equal("9", Texts(s)[0]));
        Assert.Equal(("BEGIN", "COMMIT"), (session.Log[0], session.Log[^1]));
    }

    [Fact]
    public async Task Split_counts_are_summed_and_tuples_stay_whole()
    {
        var pairs = $"[{string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"[{i},{i},{i}]"))}]";
        var session = new ScriptedSession(Reply.Count(5), Reply.Count(6)) { InTransaction = true };
        var plan = Query(TupleList, Placeholder, Int, "true").Replace("\"query\"", "\"execute\"", StringComparison.Ordinal);
        Assert.Equal("11", await Run.Plan(plan, session, $$"""{"%1":{{pairs}}}"""));
        Assert.Equal([32_766, 27_234], session.Statements.Select(s => s.Parameters.Length));
        Assert.DoesNotContain("BEGIN", session.Log);
    }

    [Theory]
    [InlineData("false", 65_535, true)]
    [InlineData("false", 65_536, false)]
    public async Task What_may_not_be_split_fits_into_one_statement_or_is_P2029(string chunkable, int count, bool fits)
    {
        var list = $"[{string.Join(',', Enumerable.Range(0, count))}]";
        var session = new ScriptedSession(Reply.Of("id:23"));
        var run = Run.Plan(Query(Tuple, Placeholder, Int, chunkable), session, $$"""{"%1":{{list}}}""");
        if (fits)
        {
            Assert.Equal("[]", await run);
            return;
        }

        Assert.Equal("P2029", (await Assert.ThrowsAsync<PlanException>(() => run)).Code);
    }

    [Fact]
    public async Task A_missing_parameter_is_named()
    {
        var failure = await Assert.ThrowsAsync<PlanException>(() => Render("""{"type":"parameter"}""", Placeholder, Int));
        Assert.Equal((null, "Missing value for query variable %1"), (failure.Code, failure.Message));
    }

    [Fact]
    public async Task Parameters_are_data_and_are_never_evaluated_again()
    {
        var itself = """{"%1":{"prisma__type":"param","prisma__value":{"name":"%1"}}}""";
        var text = Assert.Single(await Parameters("""{"type":"parameter"}""", Placeholder, Int, itself));
        Assert.Equal("""{"prisma__type":"param","prisma__value":{"name":"%1"}}""", text);
    }

    private const string Placeholder = """{"prisma__type":"param","prisma__value":{"name":"%1","type":"Any"}}""";

    private static string Query(string fragments, string args, string types, string chunkable) =>
        """{"type":"query","args":{"type":"templateSql","fragments":[{"type":"stringChunk","chunk":"A "},"""
        + $$$"""{{{fragments}}}],"args":[{{{args}}}],"argTypes":[{{{types}}}],"placeholderFormat":{"prefix":"$","hasNumbering":true},"chunkable":{{{chunkable}}}}}""";

    private static async Task<SqlStatement> Render(string fragments, string args, string types, string parameters = "{}")
    {
        var session = new ScriptedSession(Reply.Of("id:23"));
        await Run.Plan(Query(fragments, args, types, "true"), session, parameters);
        return Assert.Single(session.Statements);
    }

    private static async Task<string?[]> Parameters(string fragments, string args, string types, string parameters = "{}") =>
        Texts(await Render(fragments, args, types, parameters));

    private static string?[] Texts(SqlStatement statement) =>
        [.. statement.Parameters.Select(p => p.Utf8Text is { } text ? Encoding.UTF8.GetString(text.Span) : null)];
}

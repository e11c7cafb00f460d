using Dormouse.Query.Failures;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Plans;

public sealed class NodeTests
{
    private static readonly Reply TwoRows = Reply.Of("id:23 name:25", ["1", "a"], ["2", null]);

    [Theory]
    [InlineData("""{"type":"value","args":[1,"x",true,null,{"a":1}]}""", """[1,"x",true,null,{"a":1}]""")]
    [InlineData("""{"type":"unit"}""", "null")]
    [InlineData("""{"type":"seq","args":[{"type":"value","args":1},{"type":"value","args":2}]}""", "2")]
    [InlineData("""{"type":"get","args":{"name":"%1"}}""", "5")]
    [InlineData("""{"type":"get","args":{"name":"nowhere"}}""", "null")]
    [InlineData("""{"type":"getFirstNonEmpty","args":{"names":["nowhere","%2","%1"]}}""", "5")]
    [InlineData("""{"type":"getFirstNonEmpty","args":{"names":["nowhere"]}}""", "[]")]
    [InlineData(
        """{"type":"concat","args":[{"type":"value","args":[1,2]},{"type":"value","args":3},{"type":"value","args":[]}]}""",
        "[1,2,3]"
    )]
    [InlineData("""{"type":"concat","args":[]}""", "[]")]
    [InlineData("""{"type":"sum","args":[{"type":"value","args":1},{"type":"value","args":"2.5"}]}""", "3.5")]
    [InlineData("""{"type":"sum","args":[]}""", "0")]
    [InlineData("""{"type":"unique","args":{"type":"value","args":[]}}""", "null")]
    [InlineData("""{"type":"unique","args":{"type":"value","args":[7]}}""", "7")]
    [InlineData("""{"type":"unique","args":{"type":"value","args":8}}""", "8")]
    [InlineData("""{"type":"required","args":{"type":"value","args":0}}""", "0")]
    [InlineData("""{"type":"reverse","args":{"type":"value","args":[1,2]}}""", "[2,1]")]
    [InlineData(
        """{"type":"mapField","args":{"field":"a","records":{"type":"value","args":[{"a":1},[{"a":2},{"b":3}],4]}}}""",
        "[1,[2,null],4]"
    )]
    [InlineData(
        """{"type":"if","args":{"value":{"type":"value","args":[]},"rule":{"type":"rowCountEq","args":0},"then":{"type":"value","args":1},"else":{"type":"value","args":2}}}""",
        "1"
    )]
    [InlineData(
        """{"type":"diff","args":{"from":{"type":"value","args":[{"a":1},{"a":2},null]},"to":{"type":"value","args":[{"a":"2"},{"a":1}]},"fields":["a"]}}""",
        """[{"a":2},null]"""
    )]
    [InlineData(
        """{"type":"mapRecord","args":{"expr":{"type":"value","args":{"n":6,"s":"x"}},"fields":{"n":{"type":"divide","value":4},"s":{"type":"set","value":"y"},"z":{"type":"set","value":null}}}}""",
        """{"n":1.5,"s":"y","z":null}"""
    )]
    [InlineData(
        """{"type":"initializeRecord","args":{"expr":{"type":"unit"},"fields":{"a":{"type":"value","value":1},"b":{"type":"lastInsertId"}}}}""",
        """{"a":1}"""
    )]
    [InlineData(
        """{"type":"let","args":{"bindings":[{"name":"a","expr":{"type":"value","args":1}},{"name":"a","expr":{"type":"concat","args":[{"type":"get","args":{"name":"a"}},{"type":"get","args":{"name":"%1"}}]}}],"expr":{"type":"get","args":{"name":"a"}}}}""",
        "[1,5]"
    )]
    [InlineData(
        """{"type":"seq","args":[{"type":"let","args":{"bindings":[{"name":"%1","expr":{"type":"value","args":1}}],"expr":{"type":"unit"}}},{"type":"get","args":{"name":"%1"}}]}""",
        "5"
    )]
    public async Task A_node_without_SQL_has_its_value(string plan, string expected) =>
        Assert.Equal(expected, await Run.Plan(plan, new ScriptedSession(), """{"%1":5,"%2":[]}"""));

    [Theory]
    [InlineData("""{"type":"unique","args":{"type":"value","args":[1,2]}}""", "Expected zero or one element, got 2")]
    [InlineData("""{"type":"required","args":{"type":"value","args":[]}}""", "Required value is empty")]
    [InlineData("""{"type":"required","args":{"type":"unit"}}""", "Required value is empty")]
    [InlineData("""{"type":"sum","args":[{"type":"value","args":null}]}""", "Expected number, got object")]
    public async Task A_node_that_cannot_go_on_fails_without_a_code(string plan, string message)
    {
        var failure = await Assert.ThrowsAsync<PlanException>(() => Run.Plan(plan));
        Assert.Equal((null, 500, message), (failure.Code, failure.HttpStatus, failure.Message));
    }

    [Fact]
    public async Task Rows_without_a_data_map_are_plain_objects() =>
        Assert.Equal("""[{"id":1,"name":"a"},{"id":2,"name":null}]""", await Run.Plan(Run.Query(), TwoRows));

    [Fact]
    public async Task One_row_is_an_object_and_no_row_is_null()
    {
        var plan = Run.DataMap($$"""{"type":"unique","args":{{Run.Query()}}}""", "name:string");
        Assert.Equal("""{"name":"a"}""", await Run.Plan(plan, Reply.Of("name:25", ["a"])));
        Assert.Equal("null", await Run.Plan(plan, Reply.Of("name:25")));
    }

    [Fact]
    public async Task Rows_can_be_reversed_plucked_and_subtracted()
    {
        Assert.Equal(
            """[{"id":2},{"id":1}]""",
            await Run.Plan(Run.DataMap($$"""{"type":"reverse","args":{{Run.Query()}}}""", "id:int"), TwoRows)
        );
        Assert.Equal(
            "[1,2]",
            await Run.Plan($$$$$$$$"""{"type":"mapField","args":{"field":"id","records":{{{{{{{{Run.Query()}}}}}}}}}}""", TwoRows)
        );
        var diff =
            $$$$$$$$"""{"type":"diff","args":{"from":{{{{{{{{Run.Query()}}}}}}}},"to":{{{{{{{{Run.Query()}}}}}}}},"fields":["id"]}}""";
        Assert.Equal("""[{"id":2}]""", await Run.Plan(Run.DataMap(diff, "id:int"), TwoRows, Reply.Of("id:23", ["1"])));
    }

    [Fact]
    public async Task A_field_of_a_row_becomes_the_parameter_of_the_next_statement()
    {
        var next =
            """{"type":"query","args":{"type":"templateSql","fragments":[{"type":"stringChunk","chunk":"B "},{"type":"parameterTuple","itemPrefix":"","itemSeparator":",","itemSuffix":""}],"args":[{"prisma__type":"param","prisma__value":{"name":"ids","type":"DateTime"}}],"argTypes":[{"arity":"scalar","scalarType":"datetime","dbType":"TIMESTAMP"}],"placeholderFormat":{"prefix":"$","hasNumbering":true},"chunkable":true}}""";
        var plan =
            $$$$$$$$"""{"type":"let","args":{"bindings":[{"name":"ids","expr":{"type":"mapField","args":{"field":"at","records":{{{{{{{{Run.Query()}}}}}}}}}}}],"expr":{{{{{{{{next}}}}}}}}}}""";
        var session = new ScriptedSession(Reply.Of("at:1114", ["2024-01-01 00:00:00.123456"], [null]), Reply.Of("id:23"));
        await Run.Plan(plan, session);
        var parameters = session.Statements[1].Parameters;
        Assert.Equal("2024-01-01 00:00:00.123456", System.Text.Encoding.UTF8.GetString(parameters[0].Utf8Text!.Value.Span));
        Assert.Null(parameters[1].Utf8Text);
    }

    [Fact]
    public async Task A_count_is_an_object_when_mapped() =>
        Assert.Equal(
            """{"count":3}""",
            await Run.Plan(
                $$$$$$$$"""{"type":"dataMap","args":{"expr":{{{{{{{{Run.Execute()}}}}}}}},"structure":{"type":"affectedRows"},"enums":{}}}""",
                Reply.Count(3)
            )
        );

    [Fact]
    public async Task A_data_map_inside_other_nodes_still_answers()
    {
        var mapped = Run.DataMap(Run.Query(), "id:int");
        Assert.Equal(
            """[{"id":1},{"id":2}]""",
            await Run.Plan(
                $$$$$$$$"""{"type":"let","args":{"bindings":[{"name":"m","expr":{{{{{{{{mapped}}}}}}}}}],"expr":{"type":"get","args":{"name":"m"}}}}""",
                TwoRows
            )
        );
        Assert.Equal(
            "[1,2]",
            await Run.Plan(
                $$$$$$$$"""{"type":"mapField","args":{"field":"id","records":{"type":"concat","args":[{{{{{{{{mapped}}}}}}}}]}}}""",
                TwoRows
            )
        );
    }

    [Theory]
    [InlineData("rowCountNeq", 0, "P2025")]
    [InlineData("rowCountEq", 2, "P2025")]
    [InlineData("never", 0, "P2025")]
    [InlineData("rowCountEq", 0, null)]
    public async Task A_rule_counts_rows(string rule, int count, string? code)
    {
        var plan =
            $$$$$$$$"""{"type":"validate","args":{"expr":{{{{{{{{Run.Query()}}}}}}}},"rules":[{"type":"{{{{{{{{rule}}}}}}}}","args":{{{{{{{{count}}}}}}}}}],"errorIdentifier":"MISSING_RECORD","context":{"operation":"an update"}}}""";
        var run = Run.Plan(plan, Reply.Of("id:23"));
        if (code is null)
        {
            Assert.Equal("[]", await run);
            return;
        }

        var failure = await Assert.ThrowsAsync<PlanException>(() => run);
        Assert.Equal(code, failure.Code);
        Assert.EndsWith("No record was found for an update.", failure.Message, StringComparison.Ordinal);
        Assert.Equal("""{"operation":"an update"}""", System.Text.Encoding.UTF8.GetString(failure.MetaUtf8.Span));
    }

    [Theory]
    [InlineData("RELATION_VIOLATION", "P2014", "violate the required relation 'r' between the `A` and `B` models.")]
    [InlineData("INCOMPLETE_CONNECT_INPUT", "P2025", "Expected 2 records to be connected, found only 1.")]
    [InlineData(
        "INCOMPLETE_CONNECT_OUTPUT",
        "P2018",
        "Expected 2 records to be connected after connect operation on undefined relation 'r', found 1."
    )]
    [InlineData("RECORDS_NOT_CONNECTED", "P2017", "The records for relation `r` between the `A` and `B` models are not connected.")]
    [InlineData("MISSING_RELATED_RECORD", "P2025", "No 'A' record (needed to go) was found for x on undefined relation 'r'.")]
    public async Task Each_failed_rule_has_its_code_and_text(string identifier, string code, string text)
    {
        var context =
            """{"relation":"r","modelA":"A","modelB":"B","model":"A","parent":"A","child":"B","expectedRows":2,"operation":"x","neededFor":"go"}""";
        var plan =
            $$$$$$$$"""{"type":"validate","args":{"expr":{"type":"value","args":[1]},"rules":[{"type":"never"}],"errorIdentifier":"{{{{{{{{identifier}}}}}}}}","context":{{{{{{{{context}}}}}}}}}}""";
        var failure = await Assert.ThrowsAsync<PlanException>(() => Run.Plan(plan));
        Assert.Equal(code, failure.Code);
        Assert.EndsWith(text, failure.Message, StringComparison.Ordinal);
    }
}

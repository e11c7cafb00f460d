using Dormouse.Query.Failures;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Mapping;

public sealed class RawResultTests
{
    [Theory]
    [InlineData(21, "1", "int", "1")]
    [InlineData(20, "9007199254740993", "bigint", "\"9007199254740993\"")]
    [InlineData(26, "1", "bigint", "\"1\"")]
    [InlineData(700, "1.5", "float", "1.5")]
    [InlineData(701, "Infinity", "double", "null")]
    [InlineData(1700, "1.10", "decimal", "\"1.10\"")]
    [InlineData(790, "$12.34", "decimal", "\"12.34\"")]
    [InlineData(1042, "a  ", "string", "\"a  \"")]
    [InlineData(16, "t", "bool", "true")]
    [InlineData(1082, "2020-01-02", "date", "\"2020-01-02\"")]
    [InlineData(1083, "10:11:12.123", "time", "\"10:11:12.123\"")]
    [InlineData(1266, "10:11:12+02", "time", "\"10:11:12\"")]
    [InlineData(1114, "2020-01-02 03:04:05.678", "datetime", "\"2020-01-02T03:04:05.678+00:00\"")]
    [InlineData(1184, "2020-01-02 01:04:05+00", "datetime", "\"2020-01-02T01:04:05+00:00\"")]
    [InlineData(17, "\\xdead", "bytes", "\"3q0=\"")]
    [InlineData(3802, "{\"a\": 1}", "json", "{\"a\": 1}")]
    [InlineData(2950, "11111111-1111-4111-8111-111111111111", "uuid", "\"11111111-1111-4111-8111-111111111111\"")]
    [InlineData(16400, "USER", "string", "\"USER\"")]
    [InlineData(16401, "{USER}", "string", "\"{USER}\"")]
    [InlineData(1007, "{1,NULL}", "int-array", "[1,null]")]
    [InlineData(1007, "{{1,2},{3,4}}", "int-array", "[[1,2],[3,4]]")]
    [InlineData(1009, "{a,\"b,\",NULL}", "string-array", "[\"a\",\"b,\",null]")]
    [InlineData(3807, "{\"{\\\"a\\\": 1}\"}", "json-array", "[{\"a\": 1}]")]
    [InlineData(1115, "{\"2020-01-02 03:04:05\"}", "datetime-array", "[\"2020-01-02T03:04:05+00:00\"]")]
    [InlineData(1001, "{\"\\\\x01\"}", "bytes-array", "[\"AQ==\"]")]
    public async Task A_raw_cell_keeps_its_type(uint oid, string cell, string type, string expected) =>
        Assert.Equal(
            $$"""{"columns":["c"],"types":["{{type}}"],"rows":[[{{expected}}],[null]]}""",
            await Run.Plan(Run.Raw(), Reply.Of($"c:{oid}", [cell], [null]))
        );

    [Fact]
    public async Task An_empty_result_still_has_columns_and_types() =>
        Assert.Equal("""{"columns":["a","a"],"types":["int","string"],"rows":[]}""", await Run.Plan(Run.Raw(), Reply.Of("a:23 a:25")));

    [Fact]
    public async Task A_type_without_a_form_is_named_in_P2010()
    {
        var failure = await Assert.ThrowsAsync<PlanException>(() => Run.Plan(Run.Raw(), Reply.Of("c:1186", ["1 day"])));
        Assert.Equal("P2010", failure.Code);
        Assert.StartsWith(
            "Raw query failed. Code: `N/A`. Message: `Failed to deserialize column of type 'interval'.",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Executing_raw_SQL_yields_the_bare_count() => Assert.Equal("3", await Run.Plan(Run.Execute(), Reply.Count(3)));
}

using Dormouse.Query.Failures;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Mapping;

/// <summary>One cell of each type in each declared form. The expected texts are what the reference executor's code yields.</summary>
public sealed class CellConversionTests
{
    [Theory]
    [InlineData("string", 25, "plain", "\"plain\"")]
    [InlineData("string", 25, "q\"b\\s\n\t\u0001é😀", "\"q\\\"b\\\\s\\n\\t\\u0001é😀\"")]
    [InlineData("string", 25, "", "\"\"")]
    [InlineData("string", 2950, "11111111-1111-4111-8111-111111111111", "\"11111111-1111-4111-8111-111111111111\"")]
    [InlineData("string", 1114, "2024-01-01 00:00:00.5", "\"2024-01-01T00:00:00.5+00:00\"")]
    [InlineData("string", 1700, "1.50", "\"1.50\"")]
    [InlineData("int", 23, "-7", "-7")]
    [InlineData("int", 20, "14", "14")]
    [InlineData("int", 1700, "35.9", "35")]
    [InlineData("int", 20, "9007199254740991", "9007199254740991")]
    [InlineData("int", 701, "1e+15", "1000000000000000")]
    [InlineData("bigint", 20, "9007199254740993", """{"$type":"BigInt","value":"9007199254740993"}""")]
    [InlineData("bigint", 23, "5", """{"$type":"BigInt","value":"5"}""")]
    [InlineData("float", 701, "4.5", "4.5")]
    [InlineData("float", 701, "NaN", "null")]
    [InlineData("float", 701, "-Infinity", "null")]
    [InlineData("float", 701, "-0", "0")]
    [InlineData("float", 1700, "35.0000000000000000", "35")]
    [InlineData("float", 1700, "0.00000012", "1.2e-7")]
    [InlineData("boolean", 16, "t", "true")]
    [InlineData("boolean", 16, "f", "false")]
    [InlineData("boolean", 25, "TRUE", "true")]
    [InlineData("boolean", 23, "1", "true")]
    [InlineData("decimal", 1700, "10.5000", """{"$type":"Decimal","value":"10.5"}""")]
    [InlineData("decimal", 1700, "-0.00", """{"$type":"Decimal","value":"0"}""")]
    [InlineData("decimal", 1700, "NaN", """{"$type":"Decimal","value":"NaN"}""")]
    [InlineData("decimal", 1700, "1000000000000000000000", """{"$type":"Decimal","value":"1e+21"}""")]
    [InlineData("decimal", 23, "12", """{"$type":"Decimal","value":"12"}""")]
    [InlineData("decimal", 790, "-$1,234.50", """{"$type":"Decimal","value":"-1234.5"}""")]
    [InlineData("datetime", 1114, "2024-01-01 00:00:00.123", """{"$type":"DateTime","value":"2024-01-01T00:00:00.123Z"}""")]
    [InlineData("datetime", 1114, "2024-01-01 10:11:12", """{"$type":"DateTime","value":"2024-01-01T10:11:12.000Z"}""")]
    [InlineData("datetime", 1114, "2024-01-01 10:11:12.1", """{"$type":"DateTime","value":"2024-01-01T10:11:12.100Z"}""")]
    [InlineData("datetime", 1114, "2024-01-01 10:11:12.123999", """{"$type":"DateTime","value":"2024-01-01T10:11:12.123Z"}""")]
    [InlineData("datetime", 1114, "0044-03-15 00:00:00 BC", """{"$type":"DateTime","value":"-000043-03-15T00:00:00.000Z"}""")]
    [InlineData("datetime", 1114, "12345-01-01 00:00:00", """{"$type":"DateTime","value":"+012345-01-01T00:00:00.000Z"}""")]
    [InlineData("datetime", 1184, "2024-01-01 00:00:00.5+00", """{"$type":"DateTime","value":"2024-01-01T00:00:00.500Z"}""")]
    [InlineData("datetime", 1184, "2024-01-01 00:00:00+05:30", """{"$type":"DateTime","value":"2023-12-31T18:30:00.000Z"}""")]
    [InlineData("datetime", 1184, "2024-01-01 00:00:00-02", """{"$type":"DateTime","value":"2024-01-01T02:00:00.000Z"}""")]
    [InlineData("datetime", 1082, "2000-01-02", """{"$type":"DateTime","value":"2000-01-02T00:00:00.000Z"}""")]
    [InlineData("datetime", 1083, "10:11:12.5", """{"$type":"DateTime","value":"1970-01-01T10:11:12.500Z"}""")]
    [InlineData("datetime", 1266, "10:11:12+02", """{"$type":"DateTime","value":"1970-01-01T10:11:12.000Z"}""")]
    [InlineData("datetime", 25, "2024-01-01T00:00:00.25Z", """{"$type":"DateTime","value":"2024-01-01T00:00:00.250Z"}""")]
    [InlineData(
        "json",
        3802,
        "{\"a\": [1, \"x y\", \"q\\\"\"], \"b\": {}}",
        """{"$type":"Json","value":"{\"a\":[1,\"x y\",\"q\\\"\"],\"b\":{}}"}"""
    )]
    [InlineData("json", 114, "\"\\\\\"", """{"$type":"Json","value":"\"\\\\\""}""")]
    [InlineData("json", 3802, "null", """{"$type":"Json","value":"null"}""")]
    [InlineData("json", 25, " [ 1 ] ", """{"$type":"Json","value":"[1]"}""")]
    [InlineData("bytes", 17, "\\x0102ff", """{"$type":"Bytes","value":"AQL/"}""")]
    [InlineData("bytes", 17, "\\x", """{"$type":"Bytes","value":""}""")]
    [InlineData("bytes", 17, "a\\\\\\001", """{"$type":"Bytes","value":"YVwB"}""")]
    [InlineData("bytes=hex", 25, "\\x61", """{"$type":"Bytes","value":"YQ=="}""")]
    [InlineData("bytes=base64", 25, "YQ==", """{"$type":"Bytes","value":"YQ=="}""")]
    [InlineData("enum=Role", 25, "admin", "\"ADMIN\"")]
    [InlineData("unsupported", 23, "5", "5")]
    [InlineData("unsupported", 25, "x", "\"x\"")]
    public async Task A_cell_is_written_in_its_declared_form(string type, uint oid, string cell, string expected) =>
        Assert.Equal($$"""[{"c":{{expected}}}]""", await Map($"c:{type}", oid, cell));

    [Theory]
    [InlineData("string[]", 1009, """{a,"b c",NULL_,"q\"\\",""}""", """["a","b c","NULL_","q\"\\",""]""")]
    [InlineData("int[]", 1007, "{1,2}", "[1,2]")]
    [InlineData("int[]", 1007, "[0:1]={1,2}", "[1,2]")]
    [InlineData("int[]", 1007, "{}", "[]")]
    [InlineData("bigint[]", 1016, "{1}", """[{"$type":"BigInt","value":"1"}]""")]
    [InlineData("float[]", 1022, "{1.5,NaN}", "[1.5,null]")]
    [InlineData("boolean[]", 1000, "{t,f}", "[true,false]")]
    [InlineData("decimal[]", 1231, "{1.10,2}", """[{"$type":"Decimal","value":"1.1"},{"$type":"Decimal","value":"2"}]""")]
    [InlineData("datetime[]", 1115, "{\"2020-01-01 00:00:00\"}", """[{"$type":"DateTime","value":"2020-01-01T00:00:00.000Z"}]""")]
    [InlineData("datetime[]", 1182, "{2020-01-02}", """[{"$type":"DateTime","value":"2020-01-02T00:00:00.000Z"}]""")]
    [InlineData("bytes[]", 1001, "{\"\\\\x61\"}", """[{"$type":"Bytes","value":"YQ=="}]""")]
    [InlineData("json[]", 3807, "{\"{\\\"a\\\": 1}\",NULL}", """[{"$type":"Json","value":"{\"a\":1}"},{"$type":"Json","value":"null"}]""")]
    [InlineData("enum=Role[]", 1009, "{USER,admin}", "[\"USER\",\"ADMIN\"]")]
    [InlineData("enum=Role[]", 16400, "{USER}", "[\"USER\"]")]
    [InlineData("string[]", 2951, "{11111111-1111-4111-8111-111111111111}", "[\"11111111-1111-4111-8111-111111111111\"]")]
    public async Task A_list_is_written_element_by_element(string type, uint oid, string cell, string expected) =>
        Assert.Equal($$"""[{"c":{{expected}}}]""", await Map($"c:{type}", oid, cell));

    [Theory]
    [InlineData("string", "null")]
    [InlineData("string[]", "[]")]
    public async Task SQL_null_is_null_or_an_empty_list(string type, string expected) =>
        Assert.Equal($$"""[{"c":{{expected}}}]""", await Map($"c:{type}", 25, null));

    [Theory]
    [InlineData("string", 23, "5", "Expected a string in column 'c', got number: 5")]
    [InlineData("int", 25, "abc", "Expected an integer in column 'c', got string: abc")]
    [InlineData("boolean", 25, "maybe", "Expected a boolean in column 'c', got string: maybe")]
    [InlineData("float", 25, "x", "Expected a float in column 'c', got string: x")]
    [InlineData("bytes", 25, "x", "Expected a byte array in column 'c', got string: x")]
    [InlineData("bytes=hex", 25, "x", "Expected a hex-encoded byte array in column 'c', got string: x")]
    [InlineData("enum=Role", 25, "OWNER", "Value 'OWNER' not found in enum 'Role'")]
    [InlineData("enum=Nope", 25, "OWNER", "Unknown enum 'Nope'")]
    [InlineData("string[]", 1009, "{a,NULL}", "Expected a string in column 'c[1]', got object: null")]
    [InlineData(
        "int",
        20,
        "9007199254740993",
        "Integer value in column 'c' is too large to represent as a JavaScript number without loss of precision, got: 9007199254740993. Consider using BigInt type."
    )]
    public async Task A_value_that_does_not_fit_is_P2023_with_its_column(string type, uint oid, string cell, string message)
    {
        var failure = await Assert.ThrowsAsync<PlanException>(() => Map($"c:{type}", oid, cell));
        Assert.Equal(("P2023", message), (failure.Code, failure.Message));
    }

    [Fact]
    public async Task An_infinite_timestamp_is_refused_as_the_reference_refuses_it()
    {
        var failure = await Assert.ThrowsAsync<PlanException>(() => Map("c:datetime", 1114, "infinity"));
        Assert.Equal((null, "Invalid time value"), (failure.Code, failure.Message));
    }

    [Fact]
    public async Task A_missing_column_is_P2023_only_when_there_is_a_row()
    {
        var plan = Run.DataMap(Run.Query(), "gone:string");
        Assert.Equal("[]", await Run.Plan(plan, Reply.Of("id:23")));
        var failure = await Assert.ThrowsAsync<PlanException>(() => Run.Plan(plan, Reply.Of("id:23", ["1"])));
        Assert.Equal("P2023", failure.Code);
        Assert.Contains("Missing data field (Value): 'gone'", failure.Message, StringComparison.Ordinal);
    }

    private static Task<string> Map(string field, uint oid, string? cell) =>
        Run.Plan(Run.DataMap(Run.Query(), field, """{"Role":{"USER":"USER","admin":"ADMIN"}}"""), Reply.Of($"c:{oid}", [cell]));
}

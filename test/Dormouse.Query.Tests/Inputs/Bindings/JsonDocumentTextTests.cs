using System.Buffers;
using System.Text;
using Dormouse.Query.Inputs.Bindings;

namespace Dormouse.Query.Tests.Inputs.Bindings;

/// <summary>The expected texts are what the engine of client 6.19 stores in a json column.</summary>
public sealed class JsonDocumentTextTests
{
    [Theory]
    [InlineData(""" { "b" : [ 1 , true,null ], "a":{} } """, """{"b":[1,true,null],"a":{}}""")]
    [InlineData("""[[],[[]],{"a":[{}]}]""", """[[],[[]],{"a":[{}]}]""")]
    [InlineData("""["\u0022\u00e9\u2028\/\n\u0001\ud83d\ude00"]""", "[\"\\\"é\u2028/\\n\\u0001😀\"]")]
    [InlineData("""{"\u0061":1}""", """{"a":1}""")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("18446744073709551616", "1.8446744073709552e19")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("-0", "-0.0")]
    [InlineData("1.0", "1.0")]
    [InlineData("1.50", "1.5")]
    [InlineData("1e5", "100000.0")]
    [InlineData("1e15", "1000000000000000.0")]
    [InlineData("1e16", "1e16")]
    [InlineData("1e23", "1e23")]
    [InlineData("1.5e+21", "1.5e21")]
    [InlineData("0.00001", "0.00001")]
    [InlineData("0.000001", "1e-6")]
    [InlineData("-123.456", "-123.456")]
    [InlineData("0.1", "0.1")]
    public void A_document_is_written_as_the_engine_writes_it(string given, string expected) => Assert.Equal(expected, Rewritten(given));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("nul")]
    [InlineData("1 2")]
    [InlineData("1e999")]
    [InlineData("""{"\ud83d":1}""")]
    public void What_is_no_document_is_refused(string given) => Assert.Null(Rewritten(given));

    private static string? Rewritten(string json)
    {
        var output = new ArrayBufferWriter<byte>();
        return JsonDocumentText.TryRewrite(Encoding.UTF8.GetBytes(json), output) ? Encoding.UTF8.GetString(output.WrittenSpan) : null;
    }
}

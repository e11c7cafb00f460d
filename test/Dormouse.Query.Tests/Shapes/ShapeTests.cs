using Dormouse.Query.Failures;

namespace Dormouse.Query.Tests.Shapes;

/// <summary>What of a document is shape, by which its plan is known, and what is literal, which the plan is given each time.</summary>
public sealed class ShapeTests
{
    [Theory]
    [InlineData("1", "2.5e3")]
    [InlineData("\"a\"", "\"another \\u0022text\\\"\"")]
    [InlineData("\"a\"", "\"\"")]
    [InlineData("[1]", "[1,2,3]")]
    [InlineData("[1,\"a\"]", "[\"a\",\"b\",1]")]
    [InlineData("""{"$type":"DateTime","value":"2020-01-01T00:00:00Z"}""", """{"$type":"DateTime","value":"x"}""")]
    [InlineData("""{"$type":"BigInt","value":"1"}""", """{ "$type" : "BigInt" , "value" : "-99" }""")]
    [InlineData("""{"a":[1,2]}""", """{ "a" : [ 3 ] }""")]
    [InlineData("""{"$type":"Raw","value":{"$type":"x"}}""", """{"$type":"Raw","value":{"$type":"y"}}""")]
    public void Other_literals_have_the_same_shape(string one, string other) => Assert.Equal(Shape(one), Shape(other));

    [Theory]
    [InlineData("1", "\"1\"")]
    [InlineData("null", "\"null\"")]
    [InlineData("true", "false")]
    [InlineData("true", "\"+\"")]
    [InlineData("null", "0")]
    [InlineData("[]", "[1]")]
    [InlineData("[1]", "[[1]]")]
    [InlineData("[1]", "[1,null]")]
    [InlineData("[1]", "[\"1\"]")]
    [InlineData("[1]", "1")]
    [InlineData("{}", "[]")]
    [InlineData("""{"a":1}""", """{"b":1}""")]
    [InlineData("""{"a":1,"b":1}""", """{"b":1,"a":1}""")]
    [InlineData("""{"a":1}""", """{"a":1,"a":1}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{},"b":1}""")]
    [InlineData("""{"$type":"Enum","value":"A"}""", """{"$type":"Enum","value":"B"}""")]
    [InlineData("""{"$type":"Enum","value":"A"}""", "\"A\"")]
    [InlineData("""{"$type":"DateTime","value":"1"}""", """{"$type":"Decimal","value":"1"}""")]
    [InlineData("""{"$type":"BigInt","value":"1"}""", "\"1\"")]
    [InlineData("""{"$type":"Nope","value":"1"}""", """{"$type":"BigInt","value":"1"}""")]
    [InlineData("""{"$type":"Raw","value":{"a":1}}""", """{"a":1}""")]
    [InlineData(
        """{"$type":"FieldRef","value":{"_ref":"a","_container":"B"}}""",
        """{"$type":"FieldRef","value":{"_ref":"a","_container":"C"}}"""
    )]
    public void Another_structure_has_another_shape(string one, string other) => Assert.NotEqual(Shape(one), Shape(other));

    [Theory]
    [InlineData("{}", """{"id":true}""", """{"id":false}""")]
    [InlineData("{}", """{"id":true}""", """{"posts":true}""")]
    [InlineData("{}", """{"p":{"selection":{"a":true}}}""", """{"p":{"arguments":{},"selection":{"a":true}}}""")]
    public void What_is_selected_is_shape(string arguments, string one, string other) =>
        Assert.NotEqual(Split(arguments, one).Shape, Split(arguments, other).Shape);

    [Fact]
    public void Names_of_model_and_action_are_shape_and_values_in_nested_arguments_are_not()
    {
        var split = Split("""{"take":1}""", """{"posts":{"arguments":{"where":{"title":"t"}},"selection":{"id":true}}}""");

        Assert.Equal(["Number 1", "Text \"t\""], split.Literals);
        Assert.Contains("\"User\"", split.Shape, StringComparison.Ordinal);
        Assert.Contains("\"findMany\"", split.Shape, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"\\u0041\\u00e9\\u6f22\"", "Aé漢")]
    [InlineData("\"\\ud83d\\ude00\"", "😀")]
    [InlineData("\"\\uD83D\\uDE00!\"", "😀!")]
    [InlineData("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t")]
    [InlineData("\"\\u0000\"", "\0")]
    [InlineData("\"\\\\u0041\"", "\\u0041")]
    [InlineData("\"plain\"", "plain")]
    public void Escapes_of_a_literal_are_read_as_JavaScript_reads_them(string json, string text) =>
        Assert.Equal(text, Split($"{{\"a\":{json}}}").TextOf(0));

    [Theory]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"\\ude00\"")]
    [InlineData("\"\\ude00\\ud83d\"")]
    [InlineData("\"\\ud83d\\u0041\"")]
    [InlineData("\"\\ud83d\\\\ude00\"")]
    public void Half_of_a_surrogate_pair_is_refused_wherever_it_stands(string json)
    {
        Assert.Throws<PlanException>(() => Split($"{{\"a\":{json}}}"));
        Assert.Throws<PlanException>(() => Split($"{{\"a\":[1,{json}]}}"));
        Assert.Throws<PlanException>(() => Split($"{{{json}:1}}"));
        Assert.Throws<PlanException>(() => Split("{}", $"{{{json}:true}}"));
        Assert.Throws<PlanException>(() => Split($$$"""{"a":{"$type":"Enum","value":{{{json}}}}}"""));
    }

    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("-9223372036854775808")]
    [InlineData("18446744073709551616")]
    [InlineData("123456789012345678901234567890.123456789")]
    [InlineData("1.7976931348623157e308")]
    [InlineData("5e-324")]
    [InlineData("1e-400")]
    [InlineData("-0")]
    public void A_number_keeps_its_text(string number) => Assert.Equal([$"Number {number}"], Split($"{{\"a\":{number}}}").Literals);

    [Theory]
    [InlineData("1e309")]
    [InlineData("-1e309")]
    [InlineData("1e999999999")]
    [InlineData("179769313486231590E+292")]
    public void A_number_that_is_none_to_a_float_is_refused_as_the_engine_does(string number)
    {
        Assert.Throws<PlanException>(() => Split($"{{\"a\":{number}}}"));
        Assert.Throws<PlanException>(() => Split($"{{\"a\":[1,{number}]}}"));
        Assert.Throws<PlanException>(() => Split($"{{\"a\":{new string('9', 400)}}}"));
    }

    [Theory]
    [InlineData("DateTime")]
    [InlineData("BigInt")]
    [InlineData("Decimal")]
    [InlineData("Bytes")]
    [InlineData("Json")]
    public void A_tagged_text_is_a_literal_of_its_own_kind(string tag)
    {
        var split = Split($$$"""{"a":{"$type":"{{{tag}}}","value":"v"},"b":[{"$type":"{{{tag}}}","value":"w"}]}""");

        Assert.Equal([$"{tag} \"v\"", $$$"""{{{tag}}} [{"$type":"{{{tag}}}","value":"w"}]"""], split.Literals);
    }

    [Theory]
    [InlineData("""{"$type":"BigInt","value":true}""")]
    [InlineData("""{"$type":"BigInt","value":"1","more":1}""")]
    [InlineData("""{"$type":"BigInt"}""")]
    [InlineData("""{"$type":"Enum","value":1}""")]
    [InlineData("""{"$type":"Enum","value":"A","more":1}""")]
    [InlineData("""{"$type":"Enum","of":"A"}""")]
    [InlineData("""{"$type":"FieldRef","value":"a"}""")]
    [InlineData("""{"$type":"Raw"}""")]
    public void A_tag_without_its_form_is_refused(string value) => Assert.Throws<PlanException>(() => Split($"{{\"a\":{value}}}"));

    [Fact]
    public void A_tag_is_one_only_as_the_first_member()
    {
        var split = Split("""{"a":{"value":"1","$type":"BigInt"}}""");

        Assert.Equal(["Text \"1\"", "Text \"BigInt\""], split.Literals);
    }

    [Fact]
    public void Within_Raw_nothing_is_a_tag()
    {
        var split = Split("""{"a":{"$type":"Raw","value":[{"$type":"BigInt","value":"1"}]}}""");

        Assert.Equal(["Text \"BigInt\"", "Text \"1\""], split.Literals);
    }

    [Fact]
    public void A_random_document_is_its_shape_and_its_literals()
    {
        const int Seed = 3;
        var documents = new RandomDocument(Seed);
        for (var i = 0; i < 3_000; i++)
        {
            var document = documents.Next();
            var split = new SplitDocument(document);
            Assert.True(document == split.Join(), $"seed {Seed}, document {i}\n{document}\n{split.Join()}");
            Assert.Equal(split.Literals, split.LiteralsOfTree());
        }
    }

    private static string Shape(string value) => Split($"{{\"where\":{value}}}").Shape;

    private static SplitDocument Split(string arguments, string selection = """{"id":true}""") =>
        new($$$"""{"modelName":"User","action":"findMany","query":{"arguments":{{{arguments}}},"selection":{{{selection}}}}}""");
}

using System.Text;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;
using FsCheck;
using FsCheck.Fluent;

namespace Dormouse.Query.Tests.Rows;

public sealed class ArrayLiteralTests
{
    [Fact]
    public void Every_list_of_texts_survives_the_way_to_PostgreSQL_and_back() =>
        Check.QuickThrowOnFailure(
            Prop.ForAll<string?[]>(texts =>
            {
                // Lone surrogates are no text; PostgreSQL never sends them.
                var expected = texts.Select(t => t is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(t))).ToArray();
                var list = new ListValue([.. expected.Select(PlanValue (t) => t is null ? NullValue.Instance : TextValue.Of(t))]);
                var literal = ParameterText.Encode(list, ArgumentType.Unknown).Utf8Text!.Value;
                return expected.SequenceEqual(Read(literal.Span));
            })
        );

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"NULL\",null}", "NULL", "null")]
    [InlineData("{a,NULL,\"\"}", "a", null, "")]
    [InlineData("[2:3]={x,y}", "x", "y")]
    [InlineData("{\"\\\\\\\\\"}", "\\\\")]
    [InlineData("{\"a\\\"b\\\\\",c}", "a\"b\\", "c")]
    public void What_PostgreSQL_prints_is_read(string literal, params string?[] expected) =>
        Assert.Equal(expected, Read(Encoding.UTF8.GetBytes(literal)));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{a")]
    [InlineData("{a}b")]
    [InlineData("{\"a}")]
    [InlineData("{\"a\\")]
    [InlineData("a")]
    [InlineData("{a,,b}")]
    [InlineData("{{a}")]
    [InlineData("[0:1")]
    public void What_is_no_literal_is_refused(string literal) =>
        Assert.Throws<FormatException>(() => Read(Encoding.UTF8.GetBytes(literal)));

    [Fact]
    public void No_text_at_all_makes_the_reader_fail_otherwise_or_run_on() =>
        Check.QuickThrowOnFailure(
            Prop.ForAll<string>(text =>
            {
                try
                {
                    Read(Encoding.UTF8.GetBytes("{" + text));
                }
                catch (FormatException) { }
            })
        );

    private static string?[] Read(ReadOnlySpan<byte> literal)
    {
        var reader = new ArrayLiteral(literal);
        var items = new List<string?>();
        for (var token = reader.Read(); token != ArrayToken.End; token = reader.Read())
        {
            if (token is ArrayToken.Null or ArrayToken.Value)
            {
                items.Add(token == ArrayToken.Null ? null : Encoding.UTF8.GetString(reader.Value));
            }
        }

        return [.. items];
    }
}

using Dormouse.Query.Failures;

namespace Dormouse.Query.Tests.Failures;

/// <summary>PostgreSQL repeats the values that it does not like, and a client may send it any.</summary>
public sealed class FailureTextTests
{
    private const int SomeMegabytes = 3_000_000;

    [Theory]
    [InlineData("22P02", false)]
    [InlineData("22003", false)]
    [InlineData("23505", false)]
    [InlineData("22P02", true)]
    [InlineData("23505", true)]
    public void A_long_text_of_PostgreSQL_is_shown_by_its_beginning(string sqlState, bool isRaw)
    {
        var text = new string('x', SomeMegabytes);
        var error = new DatabaseError
        {
            SqlState = sqlState,
            Severity = "ERROR",
            Message = $"invalid input: \"{text}\"",
            Detail = $"Key (name)=({text}) already exists.",
            Hint = text,
        };

        foreach (var mapping in new[] { ErrorMapping.OfOperations, ErrorMapping.OfPlans })
        {
            var failure = mapping.Map(error, isRaw, new InvalidOperationException());

            Assert.InRange(failure.Message.Length + failure.MetaUtf8.Length, 1, 8 * FailureText.MaxLength);
        }
    }

    [Fact]
    public void What_is_not_too_long_stays_as_it_is()
    {
        var text = new string('x', FailureText.MaxLength);

        Assert.Same(text, FailureText.Cut(text));
        Assert.Equal(text + "…", FailureText.Cut(text + "y"));
    }

    [Fact]
    public void No_character_is_cut_in_half()
    {
        var text = new string('x', FailureText.MaxLength - 1);

        Assert.Equal(text + "…", FailureText.Cut(text + "😀"));
    }

    [Fact]
    public void Only_as_many_of_a_list_are_joined_as_are_shown()
    {
        Assert.Equal("a, b", FailureText.Join(["a", "b"]));
        Assert.Equal("", FailureText.Join([]));
        Assert.InRange(FailureText.Join(Enumerable.Repeat("Int", SomeMegabytes)).Length, 1, FailureText.MaxLength + 1);
    }
}

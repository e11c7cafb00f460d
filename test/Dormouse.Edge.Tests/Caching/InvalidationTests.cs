using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Tests.Caching;

public sealed class InvalidationTests
{
    private static readonly CacheOptions Options = new();

    [Theory]
    [InlineData("""{"tags":["a","b","a"]}""", "a|b")]
    [InlineData("""{"tags":[" a b "]}""", "a b")]
    [InlineData("""{"other":1,"tags":[]}""", "")]
    [InlineData("""{"tags":["all"]}""", "all")]
    public void Tags_are_read_each_once(string json, string tags) => Assert.Equal(tags, string.Join('|', Parse(json).Tags!));

    [Fact]
    public void All_is_a_word_and_no_tag() => Assert.Null(Parse("""{"tags":"all"}""").Tags);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"tags":"some"}""")]
    [InlineData("""{"tags":null}""")]
    [InlineData("""{"tags":[1]}""")]
    [InlineData("""{"tags":[null]}""")]
    [InlineData("""{"tags":{"a":1}}""")]
    [InlineData("""{"tags":["a"]} x""")]
    [InlineData("""{"tags":["a"]}{}""")]
    [InlineData("""{"tags":["\ud800"]}""")]
    [InlineData("""{"tags":[""]}""")]
    [InlineData("""{"tags":["a,b"]}""")]
    [InlineData("""{"tags":["ü"]}""")]
    public void What_is_no_invalidation_is_refused(string json) =>
        Assert.Equal(FailureKind.Caller, Assert.Throws<DormouseException>(() => Parse(json)).Kind);

    [Fact]
    public void Bounds_are_told_with_their_numbers()
    {
        string many = $$"""{"tags":[{{string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"t{i}\""))}}]}""";
        string @long = $$"""{"tags":["{{new string('x', 129)}}"]}""";

        Assert.Contains(
            "101 tags are named, and 100",
            Assert.Throws<DormouseException>(() => Parse(many)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains("129 letters, and 128", Assert.Throws<DormouseException>(() => Parse(@long)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("a, b ,,a", "a|b")]
    public void Tags_of_a_query_are_read_from_their_header(string header, string tags) =>
        Assert.Equal(tags, string.Join('|', CacheTags.Parse(header, Options)));

    [Fact]
    public void A_query_with_too_many_tags_or_ones_that_cannot_be_named_is_refused()
    {
        string many = string.Join(',', Enumerable.Range(0, 17).Select(i => $"t{i}"));

        Assert.Throws<DormouseException>(() => CacheTags.Parse(many, Options));
        Assert.Throws<DormouseException>(() => CacheTags.Parse("a,tag\u00e9", Options));
        Assert.Throws<DormouseException>(() => CacheTags.Parse(new string('x', 129), Options));
    }

    private static Invalidation Parse(string json) => Invalidation.Parse(Encoding.UTF8.GetBytes(json), Options);
}

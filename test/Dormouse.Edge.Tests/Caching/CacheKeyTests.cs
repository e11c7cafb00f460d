using System.Text;
using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Tests.Caching;

public sealed class CacheKeyTests
{
    [Fact]
    public void Equal_requests_have_equal_keys() => Assert.Equal(Key("schema", "a,b", "body"), Key("schema", "a,b", "body"));

    [Fact]
    public void Each_part_of_a_request_makes_another_key()
    {
        CacheKey[] keys =
        [
            Key("", "", "body"),
            Key("", "", "body "),
            Key("s", "", "body"),
            Key("", "s", "body"),
            Key("s", "s", "body"),
            Key("sb", "", "ody"),
            Key("", "sb", "ody"),
            Key("", "a,b", "body"),
            Key("", "a", ",bbody"),
            Key("a", ",b", "body"),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    private static CacheKey Key(string schema, string tags, string body) => CacheKey.Of(schema, tags, Encoding.UTF8.GetBytes(body));
}

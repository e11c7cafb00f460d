using Dormouse.Edge.Caching;

namespace Dormouse.Edge.Tests.Caching;

public sealed class CacheStrategyTests
{
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("max-age=60", 60, 0)]
    [InlineData("max-age=60,stale-while-revalidate=30", 60, 30)]
    [InlineData("stale-while-revalidate=30", 0, 30)]
    [InlineData("Max-Age=1, Stale-While-Revalidate=2", 1, 2)]
    [InlineData("max-age=0.5", 0.5, 0)]
    [InlineData("max-age=5,must-understand", 5, 0)]
    [InlineData("max-age=4000", 3600, 0)]
    [InlineData("max-age=3000,stale-while-revalidate=3000", 3000, 600)]
    [InlineData("max-age=99999999999999999999", 3600, 0)]
    [InlineData("max-age=1e400", 3600, 0)]
    public void Strategies_are_read_as_clients_write_them(string header, double timeToLive, double stale) =>
        Assert.Equal(new CacheStrategy(TimeSpan.FromSeconds(timeToLive), TimeSpan.FromSeconds(stale)), CacheStrategy.Parse(header, Most));

    [Theory]
    [InlineData("")]
    [InlineData("no-cache")]
    [InlineData("NO-STORE, max-age=60")]
    [InlineData("max-age=60, no-cache")]
    [InlineData("private, max-age=60")]
    [InlineData("max-age=")]
    [InlineData("max-age=-1")]
    [InlineData("max-age=NaN")]
    [InlineData("max-age=1 0")]
    [InlineData("max-age=60,stale-while-revalidate=x")]
    [InlineData("max-age=0")]
    [InlineData("max-age=0,stale-while-revalidate=0")]
    [InlineData("s-maxage=60")]
    public void What_is_no_wish_for_the_cache_gets_a_new_answer(string header) => Assert.False(CacheStrategy.Parse(header, Most).IsWanted);
}

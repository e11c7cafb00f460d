using System.Text;
using Dormouse.Edge.Engine;
using Dormouse.Query.Plans;

namespace Dormouse.Edge.Tests.Engine;

public sealed class PlanCacheTests
{
    [Fact]
    public void The_same_text_gives_the_same_plan()
    {
        PlanCache cache = Cache(entries: 10);

        Assert.Same(cache.Get(Text(1)), cache.Get(Text(1)));
        Assert.NotSame(cache.Get(Text(1)), cache.Get(Text(2)));
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public void Texts_that_differ_in_the_last_byte_only_are_different_plans()
    {
        PlanCache cache = Cache(entries: 10);
        byte[] even = """{"type":"value","args":11}"""u8.ToArray();
        byte[] odd = """{"type":"value","args":11} """u8.ToArray();

        Assert.NotSame(cache.Get(even), cache.Get(odd));
    }

    [Fact]
    public void It_never_holds_more_than_its_bounds()
    {
        PlanCache few = Cache(entries: 5);
        PlanCache small = Cache(entries: 1_000_000);
        for (var i = 0; i < 5_000; i++)
        {
            few.Get(Text(i));
            small.Get(Text(i));
        }

        Assert.Equal(5, few.Count);
        Assert.InRange(small.UsedBytes, 900_000, 1024 * 1024);
    }

    [Fact]
    public void A_plan_in_use_survives_a_flood_of_plans_that_are_asked_once()
    {
        PlanCache cache = Cache(entries: 100);
        KnownPlan hot = cache.Get(Text(-1));
        for (var i = 0; i < 10_000; i++)
        {
            cache.Get(Text(i));
            Assert.Same(hot, cache.Get(Text(-1)));
        }
    }

    [Fact]
    public void A_huge_plan_is_parsed_and_not_kept()
    {
        PlanCache cache = Cache(entries: 100);

        cache.Get(Encoding.UTF8.GetBytes($$"""{"type":"value","args":"{{new string('x', 100_000)}}"}"""));

        Assert.Equal(0, cache.Count);
    }

    private static PlanCache Cache(int entries) =>
        new(new EngineOptions { PlanCacheEntries = entries, PlanCacheBytes = 1024 * 1024 }, new QueryLimits());

    private static byte[] Text(int number) => Encoding.UTF8.GetBytes($$"""{"type":"value","args":{{number}}}""");
}

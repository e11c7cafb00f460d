using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Caching;

public sealed class CacheLedgerTests
{
    private static readonly DatabaseId Database = DatabaseId.New();
    private static readonly QueryShape Find = new(1, "findMany User");

    private readonly ManualTimeProvider time = new();
    private readonly CacheLedger ledger;

    public CacheLedgerTests() => ledger = new CacheLedger(time);

    [Fact]
    public void What_happened_is_told_in_all_by_shape_and_by_the_minute_and_hour_in_which_it_did()
    {
        Hit(Find, 3);
        time.Advance(TimeSpan.FromMinutes(1));
        Hit(Find, 1);
        Hit(new QueryShape(2, "findMany Post"), 2);
        ledger.Drain();
        time.Advance(TimeSpan.FromMinutes(100));
        Hit(Find, 10);

        LedgerView view = ledger.View(Database)!;

        Assert.Equal(
            (16L, 16L * 4, 16L * 5),
            (view.Total.Hits, view.Total.ServedBytes, view.Total.SavedTicks / TimeSpan.TicksPerMillisecond)
        );
        Assert.Equal(
            [("findMany Post", 2L), ("findMany User", 14L)],
            view.Shapes.Select(shape => (shape.Shape.Name, shape.Counts.Hits)).Order()
        );
        DateTimeOffset start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal([(start.AddMinutes(101), 10L)], view.Minutes.Select(minute => (minute.From, minute.Counts.Hits)));
        Assert.Equal([(start.AddHours(1), 10L), (start, 6L)], view.Hours.Select(hour => (hour.From, hour.Counts.Hits)));
    }

    [Fact]
    public void Periods_that_are_over_make_room_for_new_ones()
    {
        for (var hour = 0; hour < 200; hour++)
        {
            Hit(Find, 1);
            ledger.Drain();
            time.Advance(TimeSpan.FromHours(1));
        }

        LedgerView view = ledger.View(Database)!;

        Assert.Equal(200, view.Total.Hits);
        Assert.Equal(47, view.Hours.Count);
        Assert.Empty(view.Minutes);
    }

    [Fact]
    public void Shapes_beyond_the_bound_count_as_one()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Hit(new QueryShape((ulong)i, $"findMany Model{i}"), 1);
        }

        LedgerView view = ledger.View(Database)!;

        Assert.Equal(201, view.Shapes.Count);
        Assert.Equal(800, view.Shapes.Single(shape => shape.Shape.Name == "(other)").Counts.Hits);
        Assert.Equal(1_000, view.Total.Hits);
    }

    [Fact]
    public void Databases_beyond_the_bound_push_out_the_one_that_was_idle_longest()
    {
        Hit(Find, 1);
        ledger.Drain();
        time.Advance(TimeSpan.FromMinutes(5));
        for (var i = 0; i < 1_000; i++)
        {
            ledger.CountersOf(DatabaseId.New(), Find).Missed();
        }

        Assert.Equal(1_000, ledger.Databases.Count);
        Assert.Null(ledger.View(Database));
    }

    [Fact]
    public async Task Requests_are_counted_as_what_became_of_them_and_no_value_is_shown()
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();
        string find = OfModel("User", "SELECT 'a secret value' AS n");
        (string, string) minute = ("cache-control", "max-age=60");

        await edge.QueryAsync(find, minute);
        await edge.QueryAsync(find, minute);
        await edge.QueryAsync(find);
        await edge.QueryAsync(Plans.RawQuery("SELECT 1"), minute);
        await edge.QueryAsync(Plans.Compiled("query", "SELECT broken"), minute);
        ICacheAdmin admin = edge.Service<ICacheAdmin>();
        CacheStatistics statistics = admin.Statistics(edge.Id);

        CacheCountsResource counts = statistics.Database.Counts;
        Assert.Equal((1, 0, 2, 0, 1, 1), (counts.Hits, counts.Stale, counts.Misses, counts.Shared, counts.Failures, counts.Uncached));
        Assert.True(counts.SavedMs > 0 && counts.ServedBytes > 0);
        Assert.Equal(
            ["findMany", "findMany User", "queryRaw"],
            statistics.Shapes.Select(shape => shape.Name).Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain("secret", statistics.ToString() + string.Join(',', statistics.Shapes), StringComparison.Ordinal);
        Assert.Equal(1, statistics.Database.Entries);
        Assert.Equal(1, await admin.InvalidateAsync(edge.Id, null, TestContext.Current.CancellationToken));
        await admin.ForgetAsync(edge.Id, TestContext.Current.CancellationToken);
        Assert.Empty(admin.Summary().Databases);
    }

    [Theory]
    [InlineData("Us\u00e9r")]
    [InlineData("a b")]
    [InlineData("<script>")]
    public async Task A_name_that_is_no_name_is_not_shown(string model)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync();

        await edge.QueryAsync(OfModel(model, "SELECT 1 AS n"), ("cache-control", "max-age=60"));

        Assert.Equal("findMany", Assert.Single(edge.Service<ICacheAdmin>().Statistics(edge.Id).Shapes).Name);
    }

    private static string OfModel(string model, string sql) =>
        Plans.Compiled("query", sql).Replace("\"operation\"", $"\"model\":\"{model}\",\"operation\"", StringComparison.Ordinal);

    private void Hit(QueryShape shape, int times)
    {
        for (var i = 0; i < times; i++)
        {
            ledger.CountersOf(Database, shape).Served(TestCache.Answer("four", 0), fresh: true);
        }
    }
}

using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Caching.Disk;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Edge.Tests.Caching;

/// <summary>A cache with a clock of its own, and short words for what tests do with it.</summary>
internal sealed class TestCache
{
    public static readonly DatabaseId Tenant = DatabaseId.New();

    public TestCache(Action<CacheOptions>? configure = null, TimeProvider? time = null, DiskCache? disk = null)
    {
        Time = new ManualTimeProvider();
        TimeProvider clock = time ?? Time;
        configure?.Invoke(Options.Cache);
        Answers = new AnswerCache(Options.Cache, clock, disk);
        Fills = new CacheFills(
            Answers,
            Options,
            new BufferBudget(long.MaxValue),
            new DateHeader(clock),
            clock,
            NullLogger<CacheFills>.Instance
        );
    }

    public EdgeOptions Options { get; } = new();
    public ManualTimeProvider Time { get; }
    public AnswerCache Answers { get; }
    public CacheFills Fills { get; }
    public ShapeCounters Counters { get; } = new();

    public static CacheKey Key(string name) => CacheKey.Of("", "", Encoding.UTF8.GetBytes(name));

    public static CacheKey Key(int number) => Key($"key {number}");

    public static CacheStrategy Seconds(double timeToLive, double stale = 0) =>
        new(TimeSpan.FromSeconds(timeToLive), TimeSpan.FromSeconds(stale));

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Looks, and fills where nothing was found: what a request does, with a database that answers at once.</summary>
    /// <returns>Whether it was found.</returns>
    public bool Ask(CacheKey key, int bytes, DatabaseId? tenant = null, CacheStrategy? strategy = null, params string[] tags)
    {
        DatabaseId database = tenant ?? Tenant;
        CacheStrategy taken = strategy ?? Seconds(3_600);
        if (Answers.Find(database, key, taken).Freshness is Freshness.Fresh or Freshness.Stale)
        {
            return true;
        }
        Flight flight = Answers.Join(database, key, tags, taken, Counters).Flight!;
        Land(flight, new string('x', bytes));
        return false;
    }

    public Flight Begin(CacheKey key, CacheStrategy strategy, params string[] tags)
    {
        CacheJoin join = Answers.Join(Tenant, key, tags, strategy, Counters);
        Assert.True(join.Leads);
        return join.Flight!;
    }

    public void Land(Flight flight, string text)
    {
        CachedAnswer answer = Answer(text, flight.AskedAt);
        Answers.Land(flight, answer);
        flight.Land(answer, null);
        flight.Leave();
    }

    public static CachedAnswer Answer(string text, long askedAt) =>
        new(Encoding.UTF8.GetBytes(text), askedAt, "Tue, 01 Jan 2030 00:00:00 GMT", TimeSpan.FromMilliseconds(5));

    public string? Text(CacheKey key, CacheStrategy strategy) => TextOf(Answers.Find(Tenant, key, strategy));

    public static string? TextOf(in CacheFind found) =>
        found.Freshness is Freshness.Fresh or Freshness.Stale ? Encoding.UTF8.GetString(found.Answer!.Json.Span) : null;

    public CacheLook Look(CacheKey key, CacheStrategy strategy, params string[] tags) =>
        new(Tenant, key, strategy, tags, Answers.Find(Tenant, key, strategy));
}

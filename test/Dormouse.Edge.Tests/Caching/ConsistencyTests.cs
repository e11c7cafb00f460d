using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Dormouse.Edge.Caching;
using Dormouse.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Dormouse.Edge.Tests.Caching;

/// <summary>
/// After an invalidation has been acknowledged no request that begins later gets an answer from before it. Held twice: over random
/// interleavings of all that may happen, one step at a time against a model, and with real threads.
/// </summary>
public sealed class ConsistencyTests
{
    private const int Keys = 4;

    // Which tags a key's answers have: each tag is on several keys and each key has several tags.
    private static readonly string[][] TagsOf =
    [
        ["a"],
        ["a", "b"],
        ["b", "c"],
        [],
    ];
    private static readonly string[] AllTags = ["a", "b", "c"];

    private enum Act
    {
        Write,
        Ask,
        Land,
        Fail,
        Refresh,
        Invalidate,
        InvalidateAll,
        Wait,
        Sweep,
        Flood,
    }

    [Fact]
    public void No_interleaving_gives_an_answer_older_than_an_acknowledged_invalidation()
    {
        Gen<Act> act = Gen.Frequency(
            (4, Gen.Constant(Act.Write)),
            (8, Gen.Constant(Act.Ask)),
            (6, Gen.Constant(Act.Land)),
            (1, Gen.Constant(Act.Fail)),
            (4, Gen.Constant(Act.Refresh)),
            (3, Gen.Constant(Act.Invalidate)),
            (1, Gen.Constant(Act.InvalidateAll)),
            (3, Gen.Constant(Act.Wait)),
            (1, Gen.Constant(Act.Sweep)),
            (1, Gen.Constant(Act.Flood))
        );
        Gen<(Act, int)[]> steps = act.Zip(Gen.Choose(0, 1_000)).ArrayOf();
        Prop.ForAll(
                steps.ToArbitrary(),
                sequence =>
                {
                    var model = new Model();
                    foreach ((Act what, int which) in sequence)
                    {
                        model.Step(what, which);
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(200));
    }

    [Fact]
    public async Task With_threads_no_answer_is_older_than_the_invalidations_acknowledged_before_it_was_asked_for()
    {
        const int Rounds = 2_000;
        var cache = new TestCache(
            options => (options.MaxBytes, options.MaxBytesPerDatabase, options.MaxEntryBytes) = (1024 * 1024, 256 * 1024, 4 * 1024),
            TimeProvider.System
        );
        // Short enough that answers become stale and are refreshed all the time.
        var strategy = new CacheStrategy(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20));
        var written = new long[Keys];
        var acknowledged = new long[Keys];
        var served = new ConcurrentDictionary<CacheStatus, int>();
        var failures = new ConcurrentQueue<string>();
        var over = false;

        Task[] writers = [.. Enumerable.Range(0, 2).Select(seed => Task.Run(() => WriteAsync(new Random(seed))))];
        Task[] readers = [.. Enumerable.Range(0, 6).Select(seed => Task.Run(() => ReadAsync(new Random(100 + seed))))];
        await Task.WhenAll(writers);
        Volatile.Write(ref over, true);
        await Task.WhenAll(readers);
        await cache.Fills.StopAsync();

        Assert.Empty(failures);
        Assert.All(
            [CacheStatus.Ttl, CacheStatus.Swr, CacheStatus.Miss],
            status => Assert.True(served.GetValueOrDefault(status) > 100, $"{status}: {served.GetValueOrDefault(status)}")
        );
        Assert.Equal(0, cache.Answers.SizeOfAll().Flying);

        async Task WriteAsync(Random random)
        {
            for (var i = 0; i < Rounds; i++)
            {
                int key = random.Next(Keys - 1);
                long version = Interlocked.Increment(ref written[key]);
                cache.Answers.Invalidate(TestCache.Tenant, [TagsOf[key][0]]);
                Raise(ref acknowledged[key], version);
                if (i % 4 == 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
                }
            }
        }

        async Task ReadAsync(Random random)
        {
            while (!Volatile.Read(ref over))
            {
                int key = random.Next(Keys - 1);
                long floor = Volatile.Read(ref acknowledged[key]);
                using ServedAnswer answer = await AskAsync(key);
                served.AddOrUpdate(answer.Status, 1, (_, count) => count + 1);
                long version = long.Parse(Encoding.UTF8.GetString(answer.Json.Span), CultureInfo.InvariantCulture);
                if (version < floor)
                {
                    failures.Enqueue($"key {key}: version {version} after {floor} was acknowledged ({answer.Status})");
                }
            }
        }

        async ValueTask<ServedAnswer> AskAsync(int key)
        {
            CacheLook look = cache.Look(TestCache.Key(key), strategy, TagsOf[key]);
            if (look.IsFresh)
            {
                return CacheStep.Give(look);
            }
            var query = new FakeQuery(async _ =>
            {
                long version = Volatile.Read(ref written[key]);
                await Task.Yield();
                return version.ToString(CultureInfo.InvariantCulture);
            });
            if (look.Found.Freshness == Freshness.Stale)
            {
                var stale = ServedAnswer.Cached(look.Found);
                cache.Fills.Refresh(look, query);
                return stale;
            }
            return await cache.Fills.AskAsync(look, query, cache.Counters, CancellationToken.None);
        }
    }

    private static void Raise(ref long place, long value)
    {
        long seen = Volatile.Read(ref place);
        while (seen < value)
        {
            seen = Interlocked.CompareExchange(ref place, value, seen);
        }
    }

    /// <summary>
    /// The database is one version for each key. A query reads it some time between its begin and its landing: here at its begin, which is
    /// the worst moment.
    /// </summary>
    private sealed class Model
    {
        private static readonly CacheStrategy Strategy = TestCache.Seconds(10, 20);

        private readonly TestCache cache = new(options =>
            (options.MaxBytes, options.MaxBytesPerDatabase, options.MaxEntryBytes) = (1024 * 1024, 256 * 1024, 4 * 1024)
        );
        private readonly long[] written = new long[Keys];
        private readonly long[] floor = new long[Keys];
        private readonly List<(Flight Flight, int Key, long Version)> flights = [];
        private int floods;

        public void Step(Act what, int which)
        {
            int key = which % Keys;
            switch (what)
            {
                case Act.Write:
                    written[key]++;
                    break;
                case Act.Ask:
                    Ask(key);
                    break;
                case Act.Land when flights.Count > 0:
                    (Flight landing, int landed, long version) = Take(which);
                    cache.Land(landing, $"{landed}:{version}:{cache.Time.GetTimestamp()}");
                    break;
                case Act.Fail when flights.Count > 0:
                    cache.Answers.Fail(Take(which).Flight);
                    break;
                case Act.Refresh:
                    Refresh(key);
                    break;
                case Act.Invalidate:
                    Invalidate(AllTags[which % AllTags.Length]);
                    break;
                case Act.InvalidateAll:
                    cache.Answers.InvalidateAll(TestCache.Tenant);
                    written.CopyTo(floor, 0);
                    break;
                case Act.Wait:
                    cache.Advance(which % 12);
                    break;
                case Act.Sweep:
                    cache.Answers.Sweep();
                    break;
                case Act.Flood:
                    Flood();
                    break;
            }
            Assert.InRange(cache.Answers.Bytes, 0, 1024 * 1024);
        }

        private void Ask(int key)
        {
            CacheFind found = cache.Answers.Find(TestCache.Tenant, TestCache.Key(key), Strategy);
            if (TestCache.TextOf(found) is { } text)
            {
                Check(key, text, found.Age);
                return;
            }
            CacheJoin join = cache.Answers.Join(TestCache.Tenant, TestCache.Key(key), TagsOf[key], Strategy, cache.Counters);
            if (join.Leads)
            {
                flights.Add((join.Flight!, key, written[key]));
            }
            else if (join.Flight is { } flight)
            {
                // Whoever joins gets the answer of a query that began before him: it must not be from before an invalidation.
                Assert.True(flights.Single(other => other.Flight == flight).Version >= floor[key]);
                flight.Leave();
            }
            else
            {
                Check(key, TestCache.TextOf(join.Found)!, join.Found.Age);
            }
        }

        private void Refresh(int key)
        {
            CacheFind found = cache.Answers.Find(TestCache.Tenant, TestCache.Key(key), Strategy);
            if (found.Freshness == Freshness.Stale && cache.Answers.TryBeginRefresh(found.Entry!, TagsOf[key], Strategy) is { } flight)
            {
                flights.Add((flight, key, written[key]));
            }
        }

        private void Invalidate(string tag)
        {
            cache.Answers.Invalidate(TestCache.Tenant, [tag]);
            foreach (int key in Enumerable.Range(0, Keys).Where(key => TagsOf[key].Contains(tag)))
            {
                floor[key] = written[key];
            }
        }

        // Others' answers, so many that some of these are evicted.
        private void Flood()
        {
            for (var i = 0; i < 100; i++)
            {
                cache.Ask(TestCache.Key($"flood {floods++}"), 4_000);
            }
        }

        private (Flight Flight, int Key, long Version) Take(int which)
        {
            int index = which % flights.Count;
            (Flight, int, long) taken = flights[index];
            flights.RemoveAt(index);
            return taken;
        }

        private void Check(int key, string text, TimeSpan age)
        {
            long[] parts = [.. text.Split(':').Select(part => long.Parse(part, CultureInfo.InvariantCulture))];
            Assert.Equal(key, parts[0]);
            Assert.InRange(parts[1], floor[key], written[key]);
            Assert.True(age < Strategy.Lifetime);
        }
    }
}

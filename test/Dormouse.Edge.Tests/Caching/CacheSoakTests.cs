using System.Collections.Concurrent;
using System.Diagnostics;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Tests.Harness;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Caching;

/// <summary>
/// Readers, writers who invalidate what they wrote, floods that evict, and an instance that restarts, all at once over HTTP on a real
/// PostgreSQL. Each answer carries the version of its row: none may be older than the last one whose invalidation was acknowledged.
/// </summary>
public sealed class CacheSoakTests
{
    private const int Keys = 64;
    private const int MaxBytes = 1024 * 1024;
    private const string Script = """
        CREATE TABLE versions (k int PRIMARY KEY, version int NOT NULL);
        INSERT INTO versions SELECT k, 0 FROM generate_series(0, 63) AS k;
        """;

    private static readonly (string, string) Strategy = ("cache-control", "max-age=0.05,stale-while-revalidate=1");

    [Fact]
    public Task Ninety_seconds_give_no_wrong_answer_and_stay_within_the_budget() => SoakAsync(TimeSpan.FromSeconds(90));

    [Fact]
    [Trait("Category", "Long")]
    public Task Ten_minutes_give_no_wrong_answer_and_stay_within_the_budget() => SoakAsync(TimeSpan.FromMinutes(10));

    private static async Task SoakAsync(TimeSpan duration)
    {
        await using EdgeHost edge = await EdgeHost.StartAsync(
            options =>
            {
                options.Cache.MaxBytes = options.Cache.MaxBytesPerDatabase = MaxBytes;
                options.Cache.MaxEntryBytes = 16 * 1024;
            },
            null,
            Script
        );
        var run = new Soak(edge, duration);
        Task[] workers =
        [
            .. Enumerable.Range(0, 8).Select(seed => Task.Run(() => run.ReadAsync(new Random(seed)))),
            .. Enumerable.Range(0, 2).Select(seed => Task.Run(() => run.WriteAsync(new Random(100 + seed)))),
            Task.Run(() => run.FloodAsync(new Random(200))),
            Task.Run(run.RestartAsync),
        ];
        await Task.WhenAll(workers);

        Assert.Empty(run.Wrong);
        foreach (string status in (string[])["ttl", "swr", "miss"])
        {
            Assert.True(run.Served.GetValueOrDefault(status) > 50, $"{status}: {run.Served.GetValueOrDefault(status)}");
        }
        Assert.True(run.Written > 50, $"{run.Written} writes");
        // The last stale answer may have left a refresh behind: it ends by itself, and nothing stays.
        await Eventually.TrueAsync(() => edge.Service<AnswerCache>().SizeOfAll().Flying == 0);
        await Eventually.TrueAsync(() => edge.Instances.Leases == 0);
    }

    private sealed class Soak(EdgeHost edge, TimeSpan duration)
    {
        private readonly long started = Stopwatch.GetTimestamp();
        private readonly int[] acknowledged = new int[Keys];
        private readonly AnswerCache cache = edge.Service<AnswerCache>();
        private int written;

        public ConcurrentQueue<string> Wrong { get; } = new();

        public ConcurrentDictionary<string, int> Served { get; } = new();

        public int Written => written;

        private bool IsOver => Stopwatch.GetElapsedTime(started) > duration || Wrong.Count > 10;

        public async Task ReadAsync(Random random)
        {
            while (!IsOver)
            {
                int key = random.Next(Keys);
                int floor = Volatile.Read(ref acknowledged[key]);
                Reply reply = await edge.QueryAsync(Query(key, ""), Strategy, ("accelerate-cache-tags", $"key_{key},all_keys"));
                if (reply.Status != 200)
                {
                    // Its connection ended with the generation of its instance, and the answer says so.
                    Check(reply.Code is "P1017" or "P1001", $"key {key}: {reply.Status} {reply.Text}");
                    continue;
                }
                int version = reply.Json.GetProperty("data")[0].GetProperty("version").GetInt32();
                string status = reply.Header("accelerate-cache-status")!;
                Served.AddOrUpdate(status, 1, (_, count) => count + 1);
                Check(version >= floor, $"key {key}: version {version} ({status}) after {floor} was acknowledged");
                Check(cache.Bytes <= MaxBytes, $"{cache.Bytes} bytes");
            }
        }

        public async Task WriteAsync(Random random)
        {
            while (!IsOver)
            {
                int key = random.Next(Keys);
                string sql = $"UPDATE versions SET version = version + 1 WHERE k = {key} RETURNING version";
                Reply update = await edge.QueryAsync(Plans.RawQuery(sql));
                if (update.Status != 200)
                {
                    continue;
                }
                int version = update.Json.GetProperty("data").GetProperty("rows")[0][0].GetInt32();
                string tags = random.Next(20) == 0 ? "\"all\"" : $"[\"key_{key}\"]";
                Reply invalidation = await edge.PostAsync("/invalidate", $$"""{"tags":{{tags}}}""");
                Check(invalidation.Status == 200, invalidation.Text);
                Raise(key, version);
                Interlocked.Increment(ref written);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }

        /// <summary>Answers that nobody asks for again, so large that they push others out.</summary>
        public async Task FloodAsync(Random random)
        {
            while (!IsOver)
            {
                string padding = new('x', random.Next(10_000));
                await edge.QueryAsync(Query(random.Next(Keys), padding + random.Next()), Strategy, ("accelerate-cache-tags", "all_keys"));
            }
        }

        public async Task RestartAsync()
        {
            while (!IsOver)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
                edge.Instances.Restart(edge.Id, edge.Database);
            }
        }

        private static string Query(int key, string padding) =>
            Plans.Compiled("query", $"SELECT version, '{padding}' AS padding FROM versions WHERE k = {key}");

        private void Check(bool holds, string otherwise)
        {
            if (!holds)
            {
                Wrong.Enqueue(otherwise);
            }
        }

        private void Raise(int key, int version)
        {
            int seen = Volatile.Read(ref acknowledged[key]);
            while (seen < version)
            {
                seen = Interlocked.CompareExchange(ref acknowledged[key], version, seen);
            }
        }
    }
}

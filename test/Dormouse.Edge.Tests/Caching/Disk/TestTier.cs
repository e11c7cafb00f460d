using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Caching.Disk;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dormouse.Edge.Tests.Caching.Disk;

/// <summary>
/// A cache in memory and on disk whose clocks, process and machine the test owns. A process that is killed leaves its files as they are
/// and forgets all else; one that is stopped closes them.
/// </summary>
internal sealed class TestTier : IDisposable
{
    private readonly TestDataFolder data = new();
    private readonly Action<DiskCacheOptions>? configure;
    private readonly Action<CacheOptions>? configureMemory;
    private TestCache memory = null!;

    public TestTier(Action<DiskCacheOptions>? configure = null, Action<CacheOptions>? memory = null)
    {
        this.configure = configure;
        configureMemory = memory;
        Folder = Path.Combine(data.Path, "answers");
        Start();
    }

    public string Folder { get; set; }

    public string Boot { get; set; } = "boot 1";

    public SecretBox Secrets { get; set; } = NewSecrets();

    public JumpingClock Clock { get; } = new();

    public DiskCache Disk { get; private set; } = null!;

    public AnswerCache Answers => memory.Answers;

    public TestCache Memory => memory;

    public static SecretBox NewSecrets() =>
        new(new Dictionary<uint, byte[]> { [1] = System.Security.Cryptography.RandomNumberGenerator.GetBytes(SecretBox.KeyBytes) });

    public IReadOnlyList<string> Segments(DatabaseId? database = null) =>
        [.. Directory.EnumerateFiles(Path.Combine(Folder, (database ?? TestCache.Tenant).ToString())).Order(StringComparer.Ordinal)];

    /// <summary>Asks the database, which gives this text, and keeps it in memory.</summary>
    public void Fill(CacheKey key, string text, CacheStrategy? strategy = null, DatabaseId? tenant = null, params string[] tags)
    {
        Flight flight = Answers.Join(tenant ?? TestCache.Tenant, key, tags, strategy ?? TestCache.Seconds(3_600), memory.Counters).Flight!;
        memory.Land(flight, text);
    }

    /// <summary>Writes all that is in memory and not on disk.</summary>
    public void WriteAll()
    {
        Answers.OfferAll(again: true, () => true);
        while (Disk.Write(long.MaxValue) > 0) { }
    }

    /// <summary>What a request finds in memory, or else on disk.</summary>
    public async Task<string?> AskAsync(CacheKey key, CacheStrategy? strategy = null, DatabaseId? tenant = null, params string[] tags) =>
        TestCache.TextOf(await FindAsync(key, strategy, tenant, tags));

    public async Task<CacheFind> FindAsync(CacheKey key, CacheStrategy? strategy = null, DatabaseId? tenant = null, params string[] tags)
    {
        CacheStrategy taken = strategy ?? TestCache.Seconds(3_600);
        DatabaseId database = tenant ?? TestCache.Tenant;
        CacheFind found = Answers.Find(database, key, taken);
        return found.Freshness is Freshness.Fresh or Freshness.Stale
            ? found
            : await new CacheRecalls(Answers, Disk).FindAsync(
                new CacheLook(database, key, taken, tags, found),
                memory.Counters,
                CancellationToken.None
            );
    }

    public void Kill()
    {
        Disk.Dispose();
        Start();
    }

    public void Stop()
    {
        WriteAll();
        Disk.Close();
        Disk.Dispose();
        Start();
    }

    public void Start()
    {
        var options = new DiskCacheOptions
        {
            Folder = Folder,
            MinRest = TimeSpan.Zero,
            BootId = () => Boot,
        };
        configure?.Invoke(options);
        Disk = new DiskCache(options, Clock, NullLogger<DiskCache>.Instance);
        Disk.Open(Secrets);
        memory = new TestCache(configureMemory, Clock, Disk);
    }

    public void Dispose()
    {
        Disk.Dispose();
        data.Dispose();
    }

    /// <summary>Two clocks that a test moves, together or one alone. The monotonic one starts at the machine's start.</summary>
    public sealed class JumpingClock : TimeProvider
    {
        private DateTimeOffset wall = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private TimeSpan monotonic = TimeSpan.FromDays(3);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => wall;

        public override long GetTimestamp() => monotonic.Ticks;

        public void Advance(double seconds) => (wall, monotonic) = (wall.AddSeconds(seconds), monotonic + TimeSpan.FromSeconds(seconds));

        public void SetWall(double seconds) => wall = wall.AddSeconds(seconds);

        /// <summary>The machine starts anew.</summary>
        public void Reboot() => monotonic = TimeSpan.FromSeconds(20);
    }
}

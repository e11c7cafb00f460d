using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dormouse.Contracts;
using Dormouse.Data;
using Dormouse.Edge;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Caching.Disk;
using Dormouse.Instances;
using Dormouse.Instances.Disk;
using Dormouse.Instances.Images;
using Dormouse.Instances.Sizes;

namespace Dormouse.Roles;

/// <summary>What <c>up</c> was told.</summary>
internal sealed record UpOptions
{
    /// <summary>The port that the protocol's own tools use in their examples; free on nearly every machine.</summary>
    public const int DefaultHttpPort = 4466;

    /// <summary>Eight of the largest answers that are kept; less would be no cache.</summary>
    public const int CacheMebibytesMin = 8;

    /// <summary>Of which one database gets a quarter, in files of an eighth of that, in which the largest answer has room.</summary>
    public const int CacheDiskMebibytesMin = 64;

    private const int Mebibyte = 1024 * 1024;

    public required DataFolder Folder { get; init; }

    /// <summary>0: a free one.</summary>
    public int HttpPort { get; init; } = DefaultHttpPort;

    /// <summary>Recorded only: the gateway comes later.</summary>
    public int? TcpPort { get; init; }

    /// <summary>Where <see cref="Https"/> listens, or plain http without it. Null: loopback.</summary>
    public IPAddress? Listen { get; init; }

    /// <summary>Null: the front door speaks plain http alone.</summary>
    public UpHttps? Https { get; init; }

    /// <summary>Scheme and host by which apps reach the front door, such as a proxy's; null: they reach it as it listens.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>An Npgsql connection string; null: the platform's own system instance.</summary>
    public string? ControlStore { get; init; }

    /// <summary>Whether the first run makes the sample database.</summary>
    public bool Sample { get; init; } = true;

    /// <summary>Idle this long, a database freezes; null: as the instances' own default says.</summary>
    public TimeSpan? FreezeAfter { get; init; }

    /// <summary>Idle this long, a frozen database gives its memory to swap; null: as the instances' own default says.</summary>
    public TimeSpan? ReclaimAfter { get; init; }

    /// <summary>What all instances may hold together; null: what the host has.</summary>
    public int? MemoryBudgetMebibytes { get; init; }

    /// <summary>Compressed swap of the platform's own; null: what the host has.</summary>
    public int? ZramMebibytes { get; init; }

    /// <summary>The same in bytes.</summary>
    public long? ZramBytes => (long?)ZramMebibytes * Mebibyte;

    /// <summary>What one database may take on disk; null: as the instances' own default says.</summary>
    public int? DiskLimitMebibytes { get; init; }

    /// <summary>What a database may become under load of which nothing else was asked; null: as control's own default says.</summary>
    public InstanceClass? MaxClass { get; init; }

    /// <summary>Busy this long, a database moves up a class; null: as the instances' own default says.</summary>
    public TimeSpan? GrowAfter { get; init; }

    /// <summary>Quiet this long, it moves down; null: as the instances' own default says.</summary>
    public TimeSpan? ShrinkAfter { get; init; }

    /// <summary>The major version of PostgreSQL of new databases; null: as the images' own default says.</summary>
    public int? PostgresMajor { get; init; }

    /// <summary>Idle this long, a database stops; null: as the instances' own default says.</summary>
    public TimeSpan? StopAfter { get; init; }

    /// <summary>Memory for cached answers; 0: no cache; null: as the edge's own default says.</summary>
    public int? CacheMebibytes { get; init; }

    /// <summary>The folder of cached answers on disk; null: they are in memory alone.</summary>
    public string? CacheDisk { get; init; }

    /// <summary>What they may take there; null: as the edge's own default says.</summary>
    public int? CacheDiskMebibytes { get; init; }

    /// <summary>How long beyond its time a cached answer stands in for a database that is away; null: not at all.</summary>
    public TimeSpan? StaleOnError { get; init; }

    /// <summary>Where spans and metrics go; null: nowhere, and no spans are made.</summary>
    public UpOtlp? Otlp { get; init; }

    /// <summary>Limits of the front door that are not as the edge's own defaults say.</summary>
    public IReadOnlyList<(UpLimit Limit, double Value)> Limits { get; init; } = [];

    /// <summary>Proxies whose forwarded headers are believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The platform that this process is an edge of; null: it is a platform itself.</summary>
    public UpOrigin? Origin { get; init; }

    /// <summary>The region that clients are told; null: as the edge's own default says.</summary>
    public string? Region { get; init; }

    /// <summary>The port of the door for edges, 0: a free one; null: there is none.</summary>
    public int? EdgesPort { get; init; }

    /// <summary>The port of management and metrics, 0: a free one; null: they are at the front door.</summary>
    public int? ManagementPort { get; init; }

    /// <summary>What apps write into their URLs. By the name of this machine clients know that there is no TLS.</summary>
    public Uri PublicOrigin(int httpPort) => PublicUrl ?? new Uri($"http://{Host(Https is null ? Listen : null)}:{Text(httpPort)}");

    /// <summary>The same for https; null where nothing speaks it.</summary>
    public Uri? HttpsOrigin(int? httpsPort) =>
        PublicUrl is { Scheme: "https" } ? PublicUrl
        : httpsPort is { } port ? new Uri($"https://{Host(Listen)}:{Text(port)}")
        : null;

    /// <summary>The instances' part of this.</summary>
    public InstancesOptions Instances()
    {
        var defaults = new InstancesOptions { DataPath = Folder.Path };
        return new InstancesOptions
        {
            DataPath = Folder.Path,
            Hastens = true,
            FreezeAfter = FreezeAfter ?? defaults.FreezeAfter,
            ReclaimAfter = ReclaimAfter ?? defaults.ReclaimAfter,
            StopAfter = StopAfter ?? defaults.StopAfter,
            MemoryBudgetBytes = (long?)MemoryBudgetMebibytes * Mebibyte,
            Disk = new DiskOptions { SoftBytes = (long?)DiskLimitMebibytes * Mebibyte ?? defaults.Disk.SoftBytes },
            Sizes = new SizeOptions
            {
                GrowAfter = GrowAfter ?? defaults.Sizes.GrowAfter,
                ShrinkAfter = ShrinkAfter ?? defaults.Sizes.ShrinkAfter,
            },
        };
    }

    /// <summary>The images' part of this.</summary>
    public ImageOptions Images()
    {
        ImageOptions defaults = Folder.ImageOptions();
        return PostgresMajor is { } major ? defaults.OfSuite(defaults.SuitesByMajor[major]) : defaults;
    }

    /// <summary>The edge's part of this.</summary>
    public EdgeOptions Edge()
    {
        var cache = new CacheOptions { StaleOnError = StaleOnError ?? TimeSpan.Zero };
        if (CacheMebibytes is { } mebibytes)
        {
            cache.MaxBytes = (long)mebibytes * Mebibyte;
            cache.MaxBytesPerDatabase = Math.Max(cache.MaxBytes / 4, (long)CacheMebibytesMin * Mebibyte);
        }
        cache.Disk = CacheDisk is { } folder ? Disk(folder) : null;
        var edge = new EdgeOptions
        {
            Cache = cache,
            PublicOrigin = PublicUrl,
            Tls = Https?.Options(Folder.Tls, ReachedAs()),
            TrustedProxies = TrustedProxies,
        };
        edge.Region = Region ?? edge.Region;
        foreach ((UpLimit limit, double value) in Limits)
        {
            limit.Set(edge, value);
        }
        return edge;
    }

    private DiskCacheOptions Disk(string folder)
    {
        var disk = new DiskCacheOptions { Folder = folder };
        if (CacheDiskMebibytes is { } mebibytes)
        {
            disk.MaxBytes = (long)mebibytes * Mebibyte;
            disk.MaxBytesPerDatabase = disk.MaxBytes / 4;
        }
        return disk;
    }

    /// <summary>The words of a command line that says the same.</summary>
    public IReadOnlyList<string> ToWords()
    {
        List<string> words = ["up", "--data", Folder.Path, "--http", Text(HttpPort)];
        Add(words, "--tcp", TcpPort is { } tcp ? Text(tcp) : null);
        Add(words, "--listen", Listen?.ToString());
        words.AddRange(Https?.ToWords() ?? []);
        Add(words, "--public-url", PublicUrl?.GetLeftPart(UriPartial.Authority));
        Add(words, "--control-store", ControlStore);
        Add(words, "--freeze-after", FreezeAfter is { } freeze ? Text(freeze.TotalSeconds) : null);
        Add(words, "--reclaim-after", ReclaimAfter is { } reclaim ? Text(reclaim.TotalSeconds) : null);
        Add(words, "--memory-budget", MemoryBudgetMebibytes is { } budget ? Text(budget) : null);
        Add(words, "--zram", ZramMebibytes is { } zram ? Text(zram) : null);
        Add(words, "--disk-limit", DiskLimitMebibytes is { } disk ? Text(disk) : null);
        Add(words, "--max-class", MaxClass is { } most ? InstanceClassWords.WordOf(most) : null);
        Add(words, "--grow-after", GrowAfter is { } grow ? Text(grow.TotalSeconds) : null);
        Add(words, "--shrink-after", ShrinkAfter is { } shrink ? Text(shrink.TotalSeconds) : null);
        Add(words, "--postgres", PostgresMajor is { } major ? Text(major) : null);
        Add(words, "--stop-after", StopAfter is { } stop ? Text(stop.TotalSeconds) : null);
        Add(words, "--cache-memory", CacheMebibytes is { } mebibytes ? Text(mebibytes) : null);
        Add(words, "--cache-disk", CacheDisk);
        Add(words, "--cache-disk-size", CacheDiskMebibytes is { } onDisk ? Text(onDisk) : null);
        Add(words, "--stale-on-error", StaleOnError is { } stale ? Text(stale.TotalSeconds) : null);
        words.AddRange(Otlp?.ToWords() ?? []);
        foreach (IPNetwork proxy in TrustedProxies)
        {
            Add(words, "--trust-proxy", proxy.ToString());
        }
        foreach ((UpLimit limit, double value) in Limits)
        {
            Add(words, limit.Name, Text(value));
        }
        words.AddRange(Origin?.ToWords() ?? []);
        Add(words, "--region", Region);
        Add(words, "--management", ManagementPort is { } management ? Text(management) : null);
        Add(words, "--edges", EdgesPort is { } edges ? Text(edges) : null);
        if (!Sample)
        {
            words.Add("--no-sample");
        }
        return words;
    }

    private IEnumerable<string> ReachedAs()
    {
        if (Listen is not null && !IsEverywhere(Listen))
        {
            yield return Listen.ToString();
        }
        if (PublicUrl is not null)
        {
            yield return PublicUrl.IdnHost;
        }
    }

    private static string Host(IPAddress? listen) =>
        listen is null || IPAddress.IsLoopback(listen) || IsEverywhere(listen) ? "localhost"
        : listen.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{listen}]"
        : listen.ToString();

    private static bool IsEverywhere(IPAddress listen) => listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any);

    private static void Add(List<string> words, string option, string? value)
    {
        if (value is not null)
        {
            words.AddRange([option, value]);
        }
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}

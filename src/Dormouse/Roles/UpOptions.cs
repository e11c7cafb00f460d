using System.Globalization;
using System.Net;
using Dormouse.Data;
using Dormouse.Edge;
using Dormouse.Edge.Caching;
using Dormouse.Instances;

namespace Dormouse.Roles;

/// <summary>What <c>up</c> was told.</summary>
internal sealed record UpOptions
{
    /// <summary>The port that the protocol's own tools use in their examples; free on nearly every machine.</summary>
    public const int DefaultHttpPort = 4466;

    /// <summary>Eight of the largest answers that are kept; less would be no cache.</summary>
    public const int CacheMebibytesMin = 8;

    private const int Mebibyte = 1024 * 1024;

    public required DataFolder Folder { get; init; }

    /// <summary>0: a free one.</summary>
    public int HttpPort { get; init; } = DefaultHttpPort;

    /// <summary>Recorded only: the gateway comes later.</summary>
    public int? TcpPort { get; init; }

    /// <summary>Null: loopback.</summary>
    public IPAddress? Listen { get; init; }

    /// <summary>Scheme and host by which apps reach the front door through a proxy; null: they reach it as it listens.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>An Npgsql connection string; null: the platform's own system instance.</summary>
    public string? ControlStore { get; init; }

    /// <summary>Whether the first run makes the sample database.</summary>
    public bool Sample { get; init; } = true;

    /// <summary>Idle this long, a database freezes; null: as the instances' own default says.</summary>
    public TimeSpan? FreezeAfter { get; init; }

    /// <summary>Idle this long, a database stops; null: as the instances' own default says.</summary>
    public TimeSpan? StopAfter { get; init; }

    /// <summary>Memory for cached answers; 0: no cache; null: as the edge's own default says.</summary>
    public int? CacheMebibytes { get; init; }

    /// <summary>How long beyond its time a cached answer stands in for a database that is away; null: not at all.</summary>
    public TimeSpan? StaleOnError { get; init; }

    /// <summary>What apps write into their URLs: by this name clients know that there is no TLS.</summary>
    public string PublicAddress(int port)
    {
        if (PublicUrl is { } url)
        {
            return url.Authority;
        }
        bool byName = Listen is null || IPAddress.IsLoopback(Listen) || Listen.Equals(IPAddress.Any) || Listen.Equals(IPAddress.IPv6Any);
        return byName ? $"localhost:{Text(port)}" : new IPEndPoint(Listen!, port).ToString();
    }

    /// <summary>The instances' part of this.</summary>
    public InstancesOptions Instances()
    {
        var defaults = new InstancesOptions { DataPath = Folder.Path };
        return new InstancesOptions
        {
            DataPath = Folder.Path,
            FreezeAfter = FreezeAfter ?? defaults.FreezeAfter,
            StopAfter = StopAfter ?? defaults.StopAfter,
        };
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
        return new EdgeOptions { Cache = cache, PublicOrigin = PublicUrl };
    }

    /// <summary>The words of a command line that says the same.</summary>
    public IReadOnlyList<string> ToWords()
    {
        List<string> words = ["up", "--data", Folder.Path, "--http", Text(HttpPort)];
        Add(words, "--tcp", TcpPort is { } tcp ? Text(tcp) : null);
        Add(words, "--listen", Listen?.ToString());
        Add(words, "--public-url", PublicUrl?.GetLeftPart(UriPartial.Authority));
        Add(words, "--control-store", ControlStore);
        Add(words, "--freeze-after", FreezeAfter is { } freeze ? Text(freeze.TotalSeconds) : null);
        Add(words, "--stop-after", StopAfter is { } stop ? Text(stop.TotalSeconds) : null);
        Add(words, "--cache-memory", CacheMebibytes is { } mebibytes ? Text(mebibytes) : null);
        Add(words, "--stale-on-error", StaleOnError is { } stale ? Text(stale.TotalSeconds) : null);
        if (!Sample)
        {
            words.Add("--no-sample");
        }
        return words;
    }

    private static void Add(List<string> words, string option, string? value)
    {
        if (value is not null)
        {
            words.AddRange([option, value]);
        }
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}

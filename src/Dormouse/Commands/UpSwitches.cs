using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Dormouse.Instances.Images;
using Dormouse.Roles;

namespace Dormouse.Commands;

/// <summary>The options of <c>up</c> that say what the platform is to be; <see cref="UpOptions.ToWords"/> is the way back.</summary>
internal sealed class UpSwitches
{
    // The system database and a handful of others; less would put to sleep whatever falls idle.
    private const int MemoryBudgetMin = 64;

    // Less has room for a handful of databases. The kernel's own bound is far above a tebibyte, which no host has the memory for.
    private const int ZramMin = 64;
    private const int ZramMax = 1024 * 1024;

    // An empty database has 15, and a sample's tables some more.
    private const int DiskLimitMin = 32;

    private const double SecondsMax = 365 * 24 * 3600;
    private const int CacheMebibytesMax = 1024 * 1024;

    private readonly Option<int> http = new("--http")
    {
        Description = "The front door's port; 0 takes a free one.",
        HelpName = "PORT",
        DefaultValueFactory = _ => UpOptions.DefaultHttpPort,
    };

    private readonly Option<int?> tcp = new("--tcp")
    {
        Description = "The port for direct PostgreSQL connections. Noted only: the TCP gateway comes later.",
        HelpName = "PORT",
    };

    private readonly Option<string?> listen = new("--listen")
    {
        Description = "The address to listen at, of https if there is one. Default: loopback only. Others should see https alone.",
        HelpName = "ADDRESS",
    };

    private readonly HttpsSwitches httpsSwitches = new();

    private readonly LimitSwitches limitSwitches = new();

    private readonly SizeSwitches sizeSwitches = new();

    private readonly EdgeSwitches edgeSwitches = new();
    private readonly OtlpSwitches otlpSwitches = new();

    private readonly Option<string?> publicUrl = new("--public-url")
    {
        Description = "How apps reach the front door, by name or through a proxy: https://db.example.com. Default: as it listens.",
        HelpName = "URL",
    };

    private readonly Option<int?> management = new("--management")
    {
        Description = "A port on this machine for /management and /metrics, which then are at no other; 0 takes a free one.",
        HelpName = "PORT",
    };

    private readonly Option<string?> controlStore = new("--control-store")
    {
        Description = "Keep the control store in this PostgreSQL (an Npgsql connection string) and not in an instance of the platform.",
        HelpName = "CONNECTION",
    };

    private readonly Option<bool> noSample = new("--no-sample") { Description = "Make no sample database at the first run." };

    private readonly Option<double?> freezeAfter = new("--freeze-after")
    {
        Description = "Seconds without use after which a database freezes. Default: 5.",
        HelpName = "SECONDS",
    };

    private readonly Option<double?> reclaimAfter = new("--reclaim-after")
    {
        Description = "Seconds without use after which a frozen database gives its memory to swap, where there is some. Default: 60.",
        HelpName = "SECONDS",
    };

    private readonly Option<int?> memoryBudget = new("--memory-budget")
    {
        Description =
            "Memory for all databases together in MiB; above it the least recently used sleep deeper. Default: what the host has.",
        HelpName = "MIB",
    };

    private readonly Option<int?> zram = new("--zram")
    {
        Description =
            "Set up compressed swap in memory (zram) of so many MiB before compression, until 'down'. Needs root. Default: what the host has.",
        HelpName = "MIB",
    };

    private readonly Option<int?> diskLimit = new("--disk-limit")
    {
        Description =
            "What one small database may take on disk, in MiB; beyond it growth is refused. Twice as much if it may become medium, four times if large. Default: 10240.",
        HelpName = "MIB",
    };

    private readonly Option<int?> postgres = new("--postgres")
    {
        Description = "The major version of PostgreSQL of new databases. Default: 18.",
        HelpName = "MAJOR",
    };

    private readonly Option<double?> stopAfter = new("--stop-after")
    {
        Description = "Seconds without use after which a database stops. Default: 600.",
        HelpName = "SECONDS",
    };

    private readonly Option<int?> cacheMemory = new("--cache-memory")
    {
        Description = "Memory for cached answers in MiB, of which one database gets a quarter; 0 switches the cache off. Default: 256.",
        HelpName = "MIB",
    };

    private readonly Option<string?> cacheDisk = new("--cache-disk")
    {
        Description = "A folder of its own for cached answers that leave memory; they come back from there after a restart.",
        HelpName = "FOLDER",
    };

    private readonly Option<int?> cacheDiskSize = new("--cache-disk-size")
    {
        Description = "What they may take there in MiB, of which one database gets a quarter. Default: 1024.",
        HelpName = "MIB",
    };

    private readonly Option<double?> staleOnError = new("--stale-on-error")
    {
        Description = "Seconds beyond its time for which a cached answer stands in for a database that cannot be asked. Default: none.",
        HelpName = "SECONDS",
    };

    public void AddTo(Command command)
    {
        Option[] all =
        [
            http,
            tcp,
            listen,
            publicUrl,
            management,
            controlStore,
            noSample,
            cacheMemory,
            cacheDisk,
            cacheDiskSize,
            staleOnError,
        ];
        Option[] sleep = [freezeAfter, reclaimAfter, stopAfter, memoryBudget, zram];
        foreach (Option option in all.Concat(sleep))
        {
            command.Options.Add(option);
        }
        httpsSwitches.AddTo(command);
        command.Options.Add(postgres);
        command.Options.Add(diskLimit);
        sizeSwitches.AddTo(command);
        limitSwitches.AddTo(command);
        edgeSwitches.AddTo(command);
        otlpSwitches.AddTo(command);
        command.Validators.Add(Validate);
    }

    public UpOptions Read(ParseResult parsed, CommonOptions common) =>
        new()
        {
            Folder = common.Folder(parsed),
            HttpPort = parsed.GetValue(http),
            TcpPort = parsed.GetValue(tcp),
            Listen = parsed.GetValue(listen) is { } address ? IPAddress.Parse(address) : null,
            Https = httpsSwitches.Read(parsed),
            Otlp = otlpSwitches.Read(parsed),
            Limits = limitSwitches.Read(parsed.GetValue),
            TrustedProxies = limitSwitches.ReadProxies(parsed),
            PublicUrl = parsed.GetValue(publicUrl) is { } url ? new Uri(url) : null,
            ManagementPort = parsed.GetValue(management),
            ControlStore = parsed.GetValue(controlStore),
            FreezeAfter = Seconds(parsed.GetValue(freezeAfter)),
            ReclaimAfter = Seconds(parsed.GetValue(reclaimAfter)),
            StopAfter = Seconds(parsed.GetValue(stopAfter)),
            MemoryBudgetMebibytes = parsed.GetValue(memoryBudget),
            ZramMebibytes = parsed.GetValue(zram),
            MaxClass = sizeSwitches.ReadMaxClass(parsed),
            GrowAfter = sizeSwitches.ReadGrowAfter(parsed),
            ShrinkAfter = sizeSwitches.ReadShrinkAfter(parsed),
            PostgresMajor = parsed.GetValue(postgres),
            DiskLimitMebibytes = parsed.GetValue(diskLimit),
            CacheMebibytes = parsed.GetValue(cacheMemory),
            CacheDisk = parsed.GetValue(cacheDisk) is { } folder ? Path.GetFullPath(folder) : null,
            CacheDiskMebibytes = parsed.GetValue(cacheDiskSize),
            StaleOnError = Seconds(parsed.GetValue(staleOnError)),
            Sample = !parsed.GetValue(noSample),
            Origin = edgeSwitches.ReadOrigin(parsed),
            Region = edgeSwitches.ReadRegion(parsed),
            EdgesPort = edgeSwitches.ReadEdgesPort(parsed),
        };

    private void Validate(CommandResult result)
    {
        CheckPort(result, http.Name, Parsed(() => result.GetValue(http)), 0);
        CheckPort(result, management.Name, Parsed(() => result.GetValue(management)) ?? 0, 0);
        CheckPort(result, tcp.Name, Parsed(() => result.GetValue(tcp)) ?? 1, 1);
        CheckSeconds(result, freezeAfter.Name, Parsed(() => result.GetValue(freezeAfter)));
        CheckSeconds(result, reclaimAfter.Name, Parsed(() => result.GetValue(reclaimAfter)));
        if (Parsed(() => result.GetValue(memoryBudget)) is { } budget && budget < MemoryBudgetMin)
        {
            result.AddError($"{memoryBudget.Name}: {budget} must be {MemoryBudgetMin} MiB at least.");
        }
        if (Parsed(() => result.GetValue(zram)) is { } swap && swap is < ZramMin or > ZramMax)
        {
            result.AddError($"{zram.Name}: {swap} must be {ZramMin} to {ZramMax} MiB.");
        }
        IEnumerable<int> majors = new ImageOptions { ImagesPath = "", CachePath = "" }.SuitesByMajor.Keys.Order();
        if (Parsed(() => result.GetValue(postgres)) is { } major && !majors.Contains(major))
        {
            result.AddError($"{postgres.Name}: {major} cannot be had; there are {string.Join(" and ", majors)}.");
        }
        if (Parsed(() => result.GetValue(diskLimit)) is { } disk && disk < DiskLimitMin)
        {
            result.AddError($"{diskLimit.Name}: {disk} must be {DiskLimitMin} MiB at least.");
        }
        CheckSeconds(result, stopAfter.Name, Parsed(() => result.GetValue(stopAfter)));
        CheckSeconds(result, staleOnError.Name, Parsed(() => result.GetValue(staleOnError)));
        if (
            Parsed(() => result.GetValue(cacheMemory)) is { } memory and not 0
            && memory is < UpOptions.CacheMebibytesMin or > CacheMebibytesMax
        )
        {
            result.AddError(
                $"{cacheMemory.Name}: {memory} must be 0 (no cache) or {UpOptions.CacheMebibytesMin} to {CacheMebibytesMax} MiB."
            );
        }
        ValidateCacheDisk(result);
        if (result.GetValue(listen) is { } text && !IPAddress.TryParse(text, out _))
        {
            result.AddError($"{listen.Name}: '{text}' is no IP address, such as 127.0.0.1 or 0.0.0.0.");
        }
        if (result.GetValue(publicUrl) is { } url && !IsOrigin(url))
        {
            result.AddError($"{publicUrl.Name}: '{url}' is no scheme and host alone, such as https://db.example.com.");
        }
    }

    private void ValidateCacheDisk(CommandResult result)
    {
        if (Parsed(() => result.GetValue(cacheDiskSize)) is { } size && size is < UpOptions.CacheDiskMebibytesMin or > CacheMebibytesMax)
        {
            result.AddError($"{cacheDiskSize.Name}: {size} must be {UpOptions.CacheDiskMebibytesMin} to {CacheMebibytesMax} MiB.");
        }
        bool hasFolder = result.GetValue(cacheDisk) is not null;
        if (!hasFolder && result.GetResult(cacheDiskSize) is { Implicit: false })
        {
            result.AddError($"{cacheDiskSize.Name} goes with {cacheDisk.Name}.");
        }
        if (hasFolder && Parsed(() => result.GetValue(cacheMemory)) == 0)
        {
            result.AddError($"{cacheDisk.Name} needs the cache in memory, which {cacheMemory.Name} 0 switches off.");
        }
    }

    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        && url is { Scheme: "http" or "https", PathAndQuery: "/", Fragment: "", UserInfo: "" };

    // A word that is no number is reported by the parser itself, and must not be read here: the library throws.
    public static T? Parsed<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    public static TimeSpan? Seconds(double? seconds) => seconds is { } known ? TimeSpan.FromSeconds(known) : null;

    public static void CheckSeconds(CommandResult result, string option, double? seconds)
    {
        if (seconds is { } known && !(known > 0 && known <= SecondsMax))
        {
            result.AddError($"{option}: {known} must be above 0 and at most {SecondsMax} (a year).");
        }
    }

    public static void CheckPort(CommandResult result, string option, int port, int min)
    {
        if (port < min || port > IPEndPoint.MaxPort)
        {
            result.AddError($"{option}: {port} is no port; there are {min} to {IPEndPoint.MaxPort}.");
        }
    }
}

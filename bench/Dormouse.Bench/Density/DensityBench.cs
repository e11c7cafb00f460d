using System.Diagnostics;
using System.Text.Json;
using Dormouse.Bench.Load;
using Dormouse.Bench.Query;
using Dormouse.Bench.Reports;
using Dormouse.Bench.Wake;
using Dormouse.Instances.Templates;
using Dormouse.Testing;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Density;

/// <summary>
/// What thousands of databases cost one host and how quickly each is back: memory in every state, disk, making one, the platform's own needs
/// while all sleep, and wakes, beside bare servers of the same image, settings and data in the same run.
/// 1. start a platform, see whether the disk will do, and take a few databases through all states; 2. the sample: make databases with a table and
/// some rows, and measure their memory in each state in turn; 3. bare servers, measured alike; 4. the rest, which sleep as soon as they are filled; 5. the platform while all sleep; 6. wakes.
/// </summary>
/// <remarks>
/// Memory is the drop of the host's available memory over the number of databases, so sandboxes, namespaces, control groups and zram's own use
/// are in it; what all other processes have for themselves is told apart. On a machine that is not quiet, or for few databases, the figures of the
/// processes alone say more. "Over warm" is the p99 over the warm median, the stricter reading. An initdb is what a template takes: <c>initdb</c> and
/// the roles.
/// </remarks>
internal sealed class DensityBench(int databases, int zramMebibytes) : IBench
{
    public const int DefaultDatabases = 1_000;

    // Memory of more would not be told better, and they all run at once.
    private const int SampleMax = 100;

    // Tables, rows and their log come on top of the template.
    private const double GrowthMegabytes = 2;
    private const double DiskReserve = 1.3;
    private const int Templates = 3;
    private const int Parts = 6;

    // What a platform takes for its first databases it takes once: its own memory has a figure of its own.
    private const int WarmUps = 3;

    // After work the runtime compiles what was busy anew, and gives memory back after 15 quiet seconds: both once.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan AtRest = TimeSpan.FromSeconds(30);

    public string Name => "density";

    public string Summary => "memory, disk and wakes of many databases (--databases N, 1000; --zram MIB), beside bare PostgreSQL";

    public async Task<BenchReport> RunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        // 1
        progress("starting a platform");
        NodeClients clients = await NodeClients.EnsureAsync(cancellationToken);
        string recorded = await clients.RunAsync("record.js", ["1"], TimeSpan.FromMinutes(1), cancellationToken);
        string body = JsonSerializer.Deserialize<Dictionary<string, string[]>>(recorded)!["findUnique"][0];
        BenchRole role = BenchRole.New();
        string tables = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Root, "bench", "Dormouse.Bench", "Density", "rows.sql"),
            cancellationToken
        );
        // Nobody falls asleep by time while it is measured; memory pressure may still put some to sleep, as it would anywhere.
        string[] zram = zramMebibytes > 0 ? ["--zram", $"{zramMebibytes}"] : [];
        await using PlatformProcess platform = await PlatformProcess.StartAsync(
            cancellationToken,
            ["--no-sample", "--freeze-after", "86400", "--reclaim-after", "86400", "--stop-after", "172800", .. zram]
        );
        await RefuseWithoutDiskAsync(platform, cancellationToken);
        using var connection = new LastingConnection(platform.Http);
        var fleet = new Fleet(platform, connection, body, tables + role.Script);
        BenchReport report = new("density", WakeSampler.Rounds);
        bool hasSwap = HostMeter.HasSwap;
        string[] states = hasSwap ? ["running", "frozen", "reclaimed", "stopped"] : ["running", "frozen", "stopped"];
        await WarmUpAsync(platform, connection, body, tables + role.Script, states, cancellationToken);
        List<double> creations = [];
        int sample = Math.Min(databases, SampleMax);

        // 2
        progress($"making {sample} databases that stay awake");
        var disk = new DiskMeter(platform.DataPath);
        await disk.BeginAsync(cancellationToken);
        double platformBefore = HostMeter.OwnMegabytesOf(platform.Pid);
        Measure idle = await HostMeter.AvailableMegabytesAsync([], cancellationToken);
        await AddAsync(fleet, sample, "running", creations, progress, cancellationToken);
        // The loading of rows filled their buffers: as the bare servers they start afresh and are asked once.
        await fleet.SleepAllAsync("stopped", cancellationToken);
        foreach (Resident resident in fleet.Residents)
        {
            await fleet.AskAsync(resident, "stopped", cancellationToken);
        }
        Dictionary<string, Measure> memory = [];
        foreach (string state in states)
        {
            progress($"measuring {sample} of them {state}");
            if (state != "running")
            {
                await fleet.SleepAllAsync(state, cancellationToken);
            }
            List<int> postmasters = state == "stopped" ? [] : await PostmastersAsync(platform, fleet, cancellationToken);
            // Each with its sandbox's process outside.
            int[] sandboxes = [.. postmasters.Select(pid => ProcessTree.ParentOf(pid) ?? pid)];
            memory[state] = HostMeter.Drop(idle, await HostMeter.AvailableMegabytesAsync(sandboxes, cancellationToken), sample);
            report.Figure($"{state}_memory_mb", memory[state]);
            if (postmasters.Count > 0)
            {
                report.Figure($"{state}_processes_mb", One(HostMeter.MegabytesOfTrees(postmasters) / sample));
            }
            if (state == "reclaimed")
            {
                report.Figure("reclaimed_swapped_mb", One(HostMeter.SwappedMegabytesOfTrees(postmasters) / sample));
            }
        }
        report.Figure("platform_growth_per_database_mb", One((HostMeter.OwnMegabytesOf(platform.Pid) - platformBefore) / sample));
        if (hasSwap)
        {
            report.Figure("reclaimed_memory_ratio", Ratio(memory["reclaimed"], memory["running"]));
        }

        // 3
        progress($"measuring {sample} bare servers");
        await fleet.WakeAsync(fleet.Residents[0], cancellationToken);
        await using BareFleet bare = await disk.LeaveOutAsync(
            () => BareFleet.CopyAsync(platform, fleet.Residents[0], role, sample, cancellationToken),
            cancellationToken
        );
        (Measure bareMemory, double bareProcesses) = await disk.LeaveOutAsync(
            () => bare.RunningMegabytesAsync(cancellationToken),
            cancellationToken
        );
        report.Baseline("bare_running_memory_mb", bareMemory);
        report.Baseline("bare_running_processes_mb", One(bareProcesses));
        List<double> initdb = [];
        await AddInitdbsAsync(initdb, disk, cancellationToken);

        // 4, and in turns with it what a data directory costs that is made from nothing: both are slower on a host that is full.
        for (int part = 1; part <= Parts && databases > sample; part++)
        {
            int until = sample + (int)((long)(databases - sample) * part / Parts);
            await AddAsync(fleet, until - fleet.Residents.Count, "frozen", creations, progress, cancellationToken);
            await AddInitdbsAsync(initdb, disk, cancellationToken);
        }
        report.Baseline("initdb_p50_ms", Measure.OverRounds([.. initdb]));
        foreach (Resident resident in fleet.Residents.Take(sample))
        {
            // By a query, as databases wake; it leaves a server connection behind. One has run for the copies of bare servers.
            await fleet.SleepAsync(resident, "stopped", cancellationToken);
            await fleet.AskAsync(resident, "stopped", cancellationToken);
            await fleet.SleepAsync(resident, "frozen", cancellationToken);
        }
        IReadOnlyDictionary<string, int> counts = await fleet.StatesAsync(cancellationToken);
        report.Figure("databases", One(counts.Values.Sum()));
        report.Figure("frozen_databases", One(counts.GetValueOrDefault("frozen") + counts.GetValueOrDefault("reclaimed")));
        report.Figure("disk_per_database_mb", One(await disk.MegabytesAsync(cancellationToken) / databases));
        report.Figure("create_p50_ms", One(Measure.Percentile(creations, 50)));
        report.Figure("create_p99_ms", One(Measure.Percentile(creations, 99)));
        report.Figure("create_over_initdb_ratio", One(Measure.Percentile(creations, 50) / Measure.Percentile(initdb, 50)));

        // 5
        progress("looking at the platform while all sleep");
        await Task.Delay(Settling, TimeProvider.System, cancellationToken);
        report.Figure("platform_cpu_percent", One(await HostMeter.ProcessorPercentAsync(platform.Pid, AtRest, cancellationToken)));
        report.Figure("platform_memory_mb", One(HostMeter.MegabytesOf(platform.Pid)));

        // 6
        var wakes = new WakeSampler(fleet, bare.First, hasSwap);
        await wakes.RunAsync(progress, cancellationToken);
        Add(report, wakes);
        AddAims(report, hasSwap, disk.HasReflinks);
        return report;
    }

    /// <summary>A few databases through all states, and away with them.</summary>
    private static async Task WarmUpAsync(
        PlatformProcess platform,
        LastingConnection connection,
        string body,
        string script,
        IReadOnlyList<string> states,
        CancellationToken cancellationToken
    )
    {
        var first = new Fleet(platform, connection, body, script) { Names = "warmup" };
        for (int i = 0; i < WarmUps; i++)
        {
            await first.AddAsync(cancellationToken);
            foreach (string state in states.Where(state => state != "running"))
            {
                await first.SleepAsync(first.Residents[i], state, cancellationToken);
            }
            await first.AskAsync(first.Residents[i], "stopped", cancellationToken);
        }
        await first.DeleteAllAsync(cancellationToken);
    }

    private async Task AddAsync(
        Fleet fleet,
        int count,
        string state,
        List<double> creations,
        Action<string> progress,
        CancellationToken cancellationToken
    )
    {
        for (int i = 0; i < count; i++)
        {
            creations.Add(await fleet.AddAsync(cancellationToken));
            if (state != "running")
            {
                await fleet.SleepAsync(fleet.Residents[^1], state, cancellationToken);
            }
            if (fleet.Residents.Count % 100 == 0)
            {
                progress($"{fleet.Residents.Count} of {databases} databases");
            }
        }
    }

    private static async Task<List<int>> PostmastersAsync(PlatformProcess platform, Fleet fleet, CancellationToken cancellationToken)
    {
        List<int> pids = [];
        foreach (Resident resident in fleet.Residents)
        {
            pids.Add((await platform.ShowAsync(resident.Id, cancellationToken)).GetProperty("pid").GetInt32());
        }
        return pids;
    }

    private async Task RefuseWithoutDiskAsync(PlatformProcess platform, CancellationToken cancellationToken)
    {
        double one = GrowthMegabytes + await HostMeter.DiskMegabytesAsync(Path.Combine(platform.DataPath, "templates"), cancellationToken);
        // The bare servers have copies too.
        double needed = DiskReserve * one * (databases + Math.Min(databases, SampleMax));
        double free = HostMeter.FreeDiskMegabytes(platform.DataPath);
        if (free < needed)
        {
            throw new InvalidOperationException(
                $"{databases} databases need {needed:0} MB of disk with a reserve of three tenths, and {free:0} MB are free. Ask for fewer by --databases."
            );
        }
    }

    private static async Task AddInitdbsAsync(List<double> initdb, DiskMeter disk, CancellationToken cancellationToken) =>
        initdb.AddRange(await disk.LeaveOutAsync(() => InitdbsAsync(cancellationToken), cancellationToken));

    /// <summary>Milliseconds in which a data directory is made from nothing.</summary>
    private static async Task<double[]> InitdbsAsync(CancellationToken cancellationToken)
    {
        double[] milliseconds = new double[Templates];
        for (int i = 0; i < milliseconds.Length; i++)
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("dormouse-initdb-");
            File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.OtherExecute);
            try
            {
                long began = Stopwatch.GetTimestamp();
                await new TemplateStore(folder.FullName, null, TimeProvider.System).EnsureAsync(
                    await TestImage.GetAsync(),
                    cancellationToken
                );
                milliseconds[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
        return milliseconds;
    }

    private static void Add(BenchReport report, WakeSampler wakes)
    {
        AddTail(report, "warm", wakes.Warm);
        AddTail(report, "frozen_random", wakes.FrozenRandom);
        AddTail(report, "frozen_zipf", wakes.FrozenSkewed);
        // Those that nothing has asked since their start have no server connection yet, which takes ten times as long as a thaw.
        AddTail(report, "frozen_unconnected", wakes.FrozenUnconnected);
        double warm = Measure.OverSamples(wakes.Warm, 50).Value;
        List<double[]> frozen = [.. wakes.FrozenRandom, .. wakes.FrozenSkewed];
        if (HasAny(frozen))
        {
            report.Figure("frozen_over_warm_p99_ms", Over(frozen, warm));
            report.Aim(new Aim("frozen_over_warm_p99_ms", AtMost: true, 10));
        }
        if (HasAny(wakes.Reclaimed))
        {
            AddTail(report, "reclaimed", wakes.Reclaimed);
            report.Figure("reclaimed_over_warm_p99_ms", Over(wakes.Reclaimed, warm));
        }
        AddTail(report, "stopped", wakes.Stopped);
        report.Baseline("bare_start_p50_ms", Measure.OverSamples(wakes.BareStart, 50));
        report.Baseline("bare_start_p99_ms", Measure.OverSamples(wakes.BareStart, 99));
        report.Figure(
            "stopped_over_bare_p99_ratio",
            Measure.OverRounds([
                .. wakes.Stopped.Zip(wakes.BareStart, (ours, theirs) => Measure.Percentile(ours, 99) / Measure.Percentile(theirs, 99)),
            ])
        );
    }

    private static void AddTail(BenchReport report, string name, List<double[]> rounds)
    {
        if (!HasAny(rounds))
        {
            return;
        }
        report.Figure($"{name}_p50_ms", Measure.OverSamples(rounds, 50));
        report.Figure($"{name}_p99_ms", Measure.OverSamples(rounds, 99));
    }

    private void AddAims(BenchReport report, bool hasSwap, bool hasReflinks)
    {
        if (databases >= 3_000)
        {
            report.Aim(new Aim("databases", AtMost: false, 3_000));
            report.Aim(new Aim("frozen_databases", AtMost: false, 2_000));
        }
        if (hasSwap)
        {
            report.Aim(new Aim("reclaimed_memory_ratio", AtMost: true, 0.5));
            report.Aim(new Aim("reclaimed_over_warm_p99_ms", AtMost: true, 25));
        }
        report.Aim(new Aim("stopped_memory_mb", AtMost: true, 0.2));
        report.Aim(new Aim("disk_per_database_mb", AtMost: true, hasReflinks ? 3 : 20));
        report.Aim(new Aim("create_over_initdb_ratio", AtMost: true, 0.1));
        report.Aim(new Aim("platform_cpu_percent", AtMost: true, 1));
        report.Aim(new Aim("platform_memory_mb", AtMost: true, 300));
        report.Aim(new Aim("stopped_over_bare_p99_ratio", AtMost: true, 2));
    }

    // None is left frozen where the platform has to take memory from all that sleep.
    private static bool HasAny(List<double[]> rounds) => rounds.Any(round => round.Length > 0);

    private static Measure Over(List<double[]> cold, double warm)
    {
        Measure measure = Measure.OverSamples(cold, 99);
        return new Measure(measure.Value - warm, measure.Low - warm, measure.High - warm);
    }

    private static Measure Ratio(Measure part, Measure whole) =>
        new(part.Value / whole.Value, part.Low / whole.High, part.High / whole.Low);

    /// <summary>What was measured once.</summary>
    private static Measure One(double value) => new(value, value, value);
}

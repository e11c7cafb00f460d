using System.Globalization;
using Dormouse.Bench.Reports;
using Dormouse.Bench.Wake;
using Dormouse.Testing.Processes;

namespace Dormouse.Bench.Density;

/// <summary>What the kernel says of the host's memory and disk, and of one process.</summary>
internal static class HostMeter
{
    private const double BytesPerMegabyte = 1_000_000;
    private const double TicksPerSecond = 100; // USER_HZ, which is 100 on every architecture that .NET runs on.
    private const int Readings = 9;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    private static readonly string[] AvailableParts = ["MemFree:", "Active(file):", "Inactive(file):", "KReclaimable:"];

    /// <summary>
    /// Memory that could be had, in megabytes. What is compressed in zram has left it, so zram's own use is counted. The middle of a few readings,
    /// since others use the machine too.
    /// </summary>
    /// <param name="roots">
    /// Whose processes are measured. What all others have for themselves counts as if it could be had: the platform, the bench and whatever else runs on
    /// the machine comes and goes, and must not be told as theirs.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Measure> AvailableMegabytesAsync(IReadOnlyCollection<int> roots, CancellationToken cancellationToken)
    {
        double[] readings = new double[Readings];
        for (int i = 0; i < Readings; i++)
        {
            int[] others = [.. ProcessTree.All().Except(ProcessTree.Of(roots))];
            readings[i] = AvailableMegabytes() + PerProcessorListsMegabytes() + others.Sum(OwnMegabytesOf);
            await Task.Delay(Between, TimeProvider.System, cancellationToken);
        }
        return Measure.OverRounds(readings);
    }

    /// <summary>How much less there is for each of <paramref name="count"/> things; the spread is as wide as both readings allow.</summary>
    public static Measure Drop(Measure before, Measure after, int count) =>
        new((before.Value - after.Value) / count, (before.Low - after.High) / count, (before.High - after.Low) / count);

    public static bool HasSwap => Kibibytes("/proc/meminfo", "SwapTotal:") > 0;

    /// <summary>A process's own memory, shared pages in proportion, in megabytes.</summary>
    public static double MegabytesOf(int pid) => Kibibytes($"/proc/{pid}/smaps_rollup", "Pss:") * 1024 / BytesPerMegabyte;

    /// <summary>
    /// What a process has for itself and in no file, with its page tables; in megabytes. Code that .NET made is memory that it shares with itself.
    /// </summary>
    public static double OwnMegabytesOf(int pid) =>
        MegabytesOrNone(pid, "smaps_rollup", "Pss_Anon:", "Pss_Shmem:") + MegabytesOrNone(pid, "status", "VmPTE:");

    /// <summary>
    /// The memory of processes with all their descendants, in megabytes: their own, and shared pages in proportion; without the kernel's for them
    /// and what is in swap. Others on the machine do not disturb it.
    /// </summary>
    public static double MegabytesOfTrees(IEnumerable<int> roots) =>
        ProcessTree.Of(roots).Sum(pid => MegabytesOrNone(pid, "smaps_rollup", "Pss:"));

    /// <summary>What they have in swap, before it is compressed.</summary>
    public static double SwappedMegabytesOfTrees(IEnumerable<int> roots) =>
        ProcessTree.Of(roots).Sum(pid => MegabytesOrNone(pid, "smaps_rollup", "SwapPss:"));

    /// <summary>The part of one core that a process took over a while, in percent.</summary>
    public static async Task<double> ProcessorPercentAsync(int pid, TimeSpan over, CancellationToken cancellationToken)
    {
        double before = Ticks(pid);
        await Task.Delay(over, TimeProvider.System, cancellationToken);
        return 100 * (Ticks(pid) - before) / TicksPerSecond / over.TotalSeconds;
    }

    /// <summary>What a folder takes on disk, in megabytes.</summary>
    public static async Task<double> DiskMegabytesAsync(string folder, CancellationToken cancellationToken)
    {
        ProcessRun run = await ProcessRun.OfAsync("du", ["-s", "--block-size=1", folder], TimeSpan.FromMinutes(10), cancellationToken);
        return double.Parse(run.Succeeded().Split('\t')[0], CultureInfo.InvariantCulture) / BytesPerMegabyte;
    }

    public static double FreeDiskMegabytes(string folder) => new DriveInfo(folder).AvailableFreeSpace / BytesPerMegabyte;

    /// <summary>
    /// As the kernel's own word for it (<c>MemAvailable</c>), without what that takes off: half of the page cache, and half of what the kernel could give
    /// back of its own, each up to a low watermark. While these are small, as before the databases are there, half of what they grow by would be told as
    /// the databases' (some 100 MB where the kernel is set for swap in memory).
    /// </summary>
    private static double AvailableMegabytes() => AvailableParts.Sum(name => Kibibytes("/proc/meminfo", name)) * 1024 / BytesPerMegabyte;

    /// <summary>
    /// Free pages that each processor keeps at hand, which the kernel counts neither as free nor as available: hundreds of megabytes after many
    /// processes have ended. They go back when memory is short.
    /// </summary>
    private static double PerProcessorListsMegabytes() =>
        File.ReadLines("/proc/zoneinfo").Where(line => line.TrimStart().StartsWith("count:", StringComparison.Ordinal)).Sum(PagesOf)
        * Environment.SystemPageSize
        / BytesPerMegabyte;

    private static double PagesOf(string line) => double.Parse(line[(line.IndexOf(':') + 1)..], CultureInfo.InvariantCulture);

    // The kernel's own processes have none of it.
    private static double MegabytesOrNone(int pid, string file, params string[] names)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/{file}")
                    .Where(line => names.Any(name => line.StartsWith(name, StringComparison.Ordinal)))
                    .Sum(KibibytesOf)
                * 1024
                / BytesPerMegabyte;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is none of this user's: an ordinary one sees its own alone.
            return 0;
        }
    }

    private static double Ticks(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        // The name may hold spaces; the fields after it begin with the third.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static double Kibibytes(string file, string name) =>
        KibibytesOf(File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal)));

    private static double KibibytesOf(string line) =>
        double.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}

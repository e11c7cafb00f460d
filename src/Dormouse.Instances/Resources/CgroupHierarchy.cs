using System.Globalization;
using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Resources;

/// <summary>
/// One tree of control groups in which this platform has a folder of its own: the unified tree of version 2, or one tree per controller
/// in version 1. Which of its files exist decides what it is used for.
/// </summary>
internal sealed class CgroupHierarchy(string basePath, bool unified)
{
    /// <summary>What a group has that nobody said anything about, in version 2; and in version 1.</summary>
    private const int GroupWeight = 100;

    private const int GroupShares = 1024;

    /// <summary>
    /// Times what runs beside them: under full load four fifths are the databases', about what their processes would get if each counted by
    /// itself, and one fifth stays for the platform, whatever tenants do.
    /// </summary>
    private const int WeightTogether = 4;

    private const string YieldFile = "cpu.idle";

    public string BasePath { get; } = basePath;

    public bool Unified { get; } = unified;

    public bool Freezes { get; set; }

    public bool LimitsMemory { get; set; }

    public bool LimitsProcesses { get; set; }

    public bool WeighsProcessor { get; set; }

    /// <summary>Whether a group can be told to let the others beside it go first; the kernel can from 5.15 on.</summary>
    public bool Yields { get; set; }

    public bool Reclaims { get; set; }

    public string ReclaimFile => Unified ? "memory.reclaim" : "memory.force_empty";

    private string UsageFile => Unified ? "memory.current" : "memory.usage_in_bytes";

    private string FreezerFile => Unified ? "cgroup.freeze" : "freezer.state";

    private string MemoryFile => Unified ? "memory.max" : "memory.limit_in_bytes";

    private string WeightFile => Unified ? "cpu.weight" : "cpu.shares";

    public string GroupPath(string name) => Path.Combine(BasePath, name);

    public bool OffersFreezer(string name) => File.Exists(Path.Combine(GroupPath(name), FreezerFile));

    public bool OffersMemory(string name) => File.Exists(Path.Combine(GroupPath(name), MemoryFile));

    public bool OffersProcesses(string name) => File.Exists(Path.Combine(GroupPath(name), "pids.max"));

    public bool OffersWeight(string name) => File.Exists(Path.Combine(GroupPath(name), WeightFile));

    public bool OffersYielding(string name) => File.Exists(Path.Combine(GroupPath(name), YieldFile));

    public bool OffersReclaim(string name) => File.Exists(Path.Combine(GroupPath(name), ReclaimFile));

    /// <summary>Bytes of a group with all below it, the page cache that it filled included; null where this tree does not count them.</summary>
    public long? MemoryOf(string name)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(GroupPath(name), UsageFile));
            return long.Parse(text, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Returns how many bytes left.</summary>
    public long Reclaim(string name)
    {
        long before = MemoryOf(name) ?? 0;
        try
        {
            // Version 2 takes how much shall go: all. Version 1 takes anything, and tries until nothing more goes.
            Write(name, ReclaimFile, Unified ? before.ToString(CultureInfo.InvariantCulture) : "0");
        }
        catch (IOException exception) when (exception.HResult == Libc.ErrorTryAgain)
        {
            // Less went than was asked for, which was everything.
        }
        return Math.Max(0, before - (MemoryOf(name) ?? before));
    }

    public void Create(string name, ResourceLimits limits)
    {
        Directory.CreateDirectory(GroupPath(name));
        Limit(name, limits);
    }

    public void Limit(string name, ResourceLimits limits)
    {
        if (LimitsMemory)
        {
            Write(name, MemoryFile, limits.MemoryMaxBytes.ToString(CultureInfo.InvariantCulture));
        }
        if (LimitsProcesses)
        {
            Write(name, "pids.max", limits.ProcessesMax.ToString(CultureInfo.InvariantCulture));
        }
        if (WeighsProcessor)
        {
            Weigh(name, limits.ProcessorWeight, yields: false);
        }
    }

    /// <summary>
    /// Says what all instances together weigh against what runs beside them. Left alone they would have the weight of one group, which in
    /// version 1 is that of a single thread of the platform, although dozens of server processes are in it.
    /// </summary>
    public void WeighTogether()
    {
        if (WeighsProcessor)
        {
            // In version 1 the platform's threads count one by one, and there are about as many at work as cores.
            int beside = Unified ? GroupWeight : GroupShares * Environment.ProcessorCount;
            Write("", WeightFile, (WeightTogether * beside).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>
    /// A group that yields has no weight of its own, and the kernel refuses to give it one; one that yields no longer has an ordinary group's until it
    /// is told its own again.
    /// </summary>
    public void Weigh(string name, int weight, bool yields)
    {
        if (Yields)
        {
            Write(name, YieldFile, yields ? "1" : "0");
        }
        if (!yields)
        {
            int own = Unified ? weight : weight * GroupShares / GroupWeight;
            Write(name, WeightFile, own.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>False if the process is gone.</summary>
    public bool TryAttach(string name, int pid)
    {
        try
        {
            Write(name, "cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (IOException) when (!Directory.Exists($"/proc/{pid}"))
        {
            return false;
        }
    }

    public IReadOnlyList<int> Members(string name)
    {
        try
        {
            return
            [
                .. File.ReadLines(Path.Combine(GroupPath(name), "cgroup.procs"))
                    .Select(line => int.Parse(line, CultureInfo.InvariantCulture)),
            ];
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
        {
            return [];
        }
    }

    public void SetFrozen(string name, bool frozen) =>
        Write(name, FreezerFile, Unified ? (frozen ? "1" : "0") : (frozen ? "FROZEN" : "THAWED"));

    public bool IsFrozen(string name)
    {
        try
        {
            return Unified
                ? File.ReadAllText(Path.Combine(GroupPath(name), "cgroup.events")).Contains("frozen 1", StringComparison.Ordinal)
                : File.ReadAllText(Path.Combine(GroupPath(name), FreezerFile)).StartsWith("FROZEN", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>False where the kernel lacks it (before 5.14, and in version 1).</summary>
    public bool TryKill(string name)
    {
        if (!File.Exists(Path.Combine(GroupPath(name), "cgroup.kill")))
        {
            return false;
        }
        Write(name, "cgroup.kill", "1");
        return true;
    }

    public void Remove(string name)
    {
        try
        {
            // Not recursive: the kernel's own files inside cannot be deleted and vanish with the folder.
            Directory.Delete(GroupPath(name));
        }
        catch (DirectoryNotFoundException) { }
        catch (IOException)
        {
            // A member is still on its way out. The sweep at the next start removes the folder.
        }
    }

    public IEnumerable<string> Groups() =>
        Directory.Exists(BasePath) ? Directory.EnumerateDirectories(BasePath).Select(path => Path.GetFileName(path)) : [];

    private void Write(string name, string file, string value)
    {
        // Opened without truncation or creation: these are the kernel's files, one write is one command.
        using var stream = new FileStream(Path.Combine(GroupPath(name), file), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(value));
    }
}

using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Resources;

/// <summary>
/// Finds out once, by trying, what the host offers, and makes the groups of instances with it: the unified tree's freezer, else version
/// 1's, each with the trees that bound memory and processes; else signals. Groups lie under a folder named after the data folder, so
/// that platforms side by side never meet.
/// </summary>
internal sealed class ResourceGroups
{
    private const string ProbeName = "probe";
    private static readonly ResourceLimits ProbeLimits = new(64 << 20, 16, 100);

    private readonly IReadOnlyList<CgroupHierarchy> hierarchies;
    private readonly CgroupHierarchy? memory;
    private readonly TimeProvider time;

    private ResourceGroups(IReadOnlyList<CgroupHierarchy> hierarchies, bool pagesOut, TimeProvider time)
    {
        this.hierarchies = hierarchies;
        this.time = time;
        memory = hierarchies.FirstOrDefault(hierarchy => hierarchy.LimitsMemory);
        Report = new ResourceReport(
            hierarchies.Count == 0 ? "signals"
                : hierarchies[0].Unified ? "cgroup v2"
                : "cgroup v1",
            hierarchies.Any(hierarchy => hierarchy.LimitsMemory),
            hierarchies.Any(hierarchy => hierarchy.LimitsProcesses)
        )
        {
            Reclaimer = hierarchies.FirstOrDefault(hierarchy => hierarchy.Reclaims)?.ReclaimFile ?? (pagesOut ? "process_madvise" : null),
            MemoryCounted = memory is not null,
            ProcessorWeighted = hierarchies.Any(hierarchy => hierarchy.WeighsProcessor),
            ProcessorYields = hierarchies.Any(hierarchy => hierarchy.Yields),
        };
    }

    /// <summary>Memory of all instances together; null where the host does not count it.</summary>
    public long? MemoryBytes => memory?.MemoryOf("");

    public ResourceReport Report { get; }

    /// <param name="scope">Names the data folder among those of this host.</param>
    public static async Task<ResourceGroups> ProbeAsync(
        string scope,
        ResourceChoice choice,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (ProgramFinder.Find("sleep") is not { } sleep)
        {
            return new ResourceGroups([], pagesOut: false, time);
        }
        string folder = "dormouse-" + scope;
        var usable = new List<CgroupHierarchy>();
        bool pagesOut;
        using var log = new DescriptorHandle("/dev/null");
        int pid = DetachedProcess.Launch([sleep, "60"], log.Fd, null);
        try
        {
            pagesOut = Pageout.IsAllowed(pid);
            foreach (CgroupMount mount in choice == ResourceChoice.Signals ? [] : CgroupMount.All())
            {
                if (
                    await TryUseAsync(mount, folder, pid, !usable.Any(hierarchy => hierarchy.Freezes), time, cancellationToken) is
                    { } hierarchy
                )
                {
                    usable.Add(hierarchy);
                }
            }
        }
        finally
        {
            _ = Libc.Kill(pid, Libc.SigKill);
            await ReapAsync(pid, time, cancellationToken);
            foreach (CgroupHierarchy hierarchy in usable)
            {
                hierarchy.Remove(ProbeName);
            }
        }
        // Without a freezer in the first place the group could not do its first duty; bounds alone do not make one.
        usable.Sort((a, b) => b.Freezes.CompareTo(a.Freezes));
        return new ResourceGroups(usable is [{ Freezes: true }, ..] ? usable : [], pagesOut, time);
    }

    public ResourceGroup Open(string name, ResourceLimits limits)
    {
        if (hierarchies.Count == 0)
        {
            return new SignalGroup(time);
        }
        foreach (CgroupHierarchy hierarchy in hierarchies)
        {
            hierarchy.Create(name, limits);
        }
        return new CgroupGroup(hierarchies, name, limits.ProcessorWeight, time);
    }

    /// <summary>The names of all groups of this platform, also those that a crash left behind.</summary>
    public IReadOnlySet<string> Names() => hierarchies.SelectMany(hierarchy => hierarchy.Groups()).ToHashSet();

    /// <summary>Ends whatever is in a group that no instance owns, and removes it.</summary>
    public void Remove(string name)
    {
        var group = new CgroupGroup(hierarchies, name, ProbeLimits.ProcessorWeight, time);
        group.Kill();
        group.Remove();
    }

    /// <summary>Removes the folder of this platform, with groups whose last member was still on its way out when they were swept.</summary>
    public void RemoveIfEmpty()
    {
        foreach (CgroupHierarchy hierarchy in hierarchies)
        {
            // The kernel refuses to remove a group that has members.
            foreach (string name in hierarchy.Groups().ToList())
            {
                hierarchy.Remove(name);
            }
            hierarchy.Remove("");
        }
    }

    private static async Task<CgroupHierarchy?> TryUseAsync(
        CgroupMount mount,
        string folder,
        int pid,
        bool freezerWanted,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        foreach (string parent in mount.Parents())
        {
            var hierarchy = new CgroupHierarchy(Path.Combine(parent, folder), mount.Unified);
            try
            {
                Directory.CreateDirectory(hierarchy.BasePath);
                mount.Delegate(parent);
                mount.Delegate(hierarchy.BasePath);
                hierarchy.Create(ProbeName, ProbeLimits);
                hierarchy.LimitsMemory = hierarchy.OffersMemory(ProbeName);
                hierarchy.LimitsProcesses = hierarchy.OffersProcesses(ProbeName);
                hierarchy.WeighsProcessor = hierarchy.OffersWeight(ProbeName);
                hierarchy.Yields = hierarchy.OffersYielding(ProbeName);
                hierarchy.WeighTogether();
                hierarchy.Reclaims = hierarchy.LimitsMemory && hierarchy.OffersReclaim(ProbeName);
                hierarchy.Freezes = freezerWanted && hierarchy.OffersFreezer(ProbeName);
                hierarchy.Create(ProbeName, ProbeLimits);
                bool isUseful = hierarchy.Freezes || hierarchy.LimitsMemory || hierarchy.LimitsProcesses || hierarchy.WeighsProcessor;
                bool isUsable = isUseful && hierarchy.TryAttach(ProbeName, pid);
                if (isUsable && hierarchy.Freezes)
                {
                    var group = new CgroupGroup([hierarchy], ProbeName, ProbeLimits.ProcessorWeight, time);
                    await group.FreezeAsync(cancellationToken);
                    group.Thaw();
                }
                if (isUsable)
                {
                    return hierarchy;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Read-only (a container), not ours (an ordinary user), or held by another: try the next place.
            }
            hierarchy.Remove(ProbeName);
            hierarchy.Remove("");
        }
        return null;
    }

    private static async Task ReapAsync(int pid, TimeProvider time, CancellationToken cancellationToken)
    {
        // A killed sleep is gone at once; the bound only keeps a hung kernel from hanging us.
        for (int i = 0; i < 100 && Directory.Exists($"/proc/{pid}"); i++)
        {
            DetachedProcess.Reap(pid);
            await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellationToken);
        }
    }
}

/// <summary>Whether control groups may be used.</summary>
public enum ResourceChoice
{
    /// <summary>Control groups where they work, else signals.</summary>
    Automatic,

    /// <summary>Signals always: for hosts whose control groups somebody else rules.</summary>
    Signals,
}

using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Resources;

/// <summary>A group in every usable tree of control groups; the first tree is the one that freezes.</summary>
internal sealed class CgroupGroup(IReadOnlyList<CgroupHierarchy> hierarchies, string name, int processorWeight, TimeProvider time)
    : ResourceGroup
{
    private static readonly TimeSpan FreezePause = TimeSpan.FromMilliseconds(1);

    // PostgreSQL freezes within a millisecond; a process in an uninterruptible write may take as long as the disk does.
    private static readonly TimeSpan FreezeTimeout = TimeSpan.FromSeconds(5);
    private const int AttachRoundsMax = 100;

    // What a start writes, and reads of what the clone's copy left in the cache: 4 MB the first time, 10 KB later. A start that had to read all from the
    // disk has 12 MB, which are worth 90 KB: without them the next one takes half as long again.
    private const long CacheLetGoMax = 8 << 20;

    private readonly CgroupHierarchy freezer = hierarchies[0];
    private readonly CgroupHierarchy last = hierarchies[^1];

    // A group that yields takes no weight, so nobody else's word may come between the two of a limit.
    private readonly Lock limiting = new();

    // For when it yields no longer. Under the lock.
    private int weight = processorWeight;

    public override bool IsFrozen => freezer.IsFrozen(name);

    public override void Attach(int rootPid)
    {
        // Parents come before their children, so what a moved parent bears is inside already, and a round that moves nothing ends it.
        // The last tree decides: a child born between two moves of its parent is in the earlier trees only.
        // Who was moved and is no member is on its way out, which takes a while where memory is short, or has ended and its parent is frozen and
        // has not taken its exit yet: the kernel takes such a move and does not make it.
        HashSet<int> taken = [];
        for (int round = 0; round < AttachRoundsMax; round++)
        {
            var members = last.Members(name).ToHashSet();
            bool moved = false;
            foreach (int pid in ProcessTable.Tree(rootPid).Where(pid => !members.Contains(pid) && taken.Add(pid)))
            {
                moved |= ProcessTable.Identify(pid) is not null && hierarchies.All(hierarchy => hierarchy.TryAttach(name, pid));
            }
            if (!moved)
            {
                return;
            }
        }
        throw new IOException($"The processes under {rootPid} multiply faster than they can be moved into the group '{name}'.");
    }

    public override void Limit(ResourceLimits limits)
    {
        lock (limiting)
        {
            weight = limits.ProcessorWeight;
            foreach (CgroupHierarchy hierarchy in hierarchies)
            {
                hierarchy.Limit(name, limits);
            }
        }
    }

    public override void Yield(bool yields)
    {
        lock (limiting)
        {
            foreach (CgroupHierarchy hierarchy in hierarchies.Where(hierarchy => hierarchy.Yields))
            {
                hierarchy.Weigh(name, weight, yields);
            }
        }
    }

    public override async Task FreezeAsync(CancellationToken cancellationToken)
    {
        freezer.SetFrozen(name, true);
        long began = time.GetTimestamp();
        while (!freezer.IsFrozen(name))
        {
            if (time.GetElapsedTime(began) > FreezeTimeout)
            {
                freezer.SetFrozen(name, false);
                throw new IOException($"The group '{name}' did not freeze within {FreezeTimeout.TotalSeconds:0} s.");
            }
            await Task.Delay(FreezePause, time, cancellationToken);
        }
    }

    public override void Thaw() => freezer.SetFrozen(name, false);

    public override long Reclaim()
    {
        CgroupHierarchy? memory = hierarchies.FirstOrDefault(hierarchy => hierarchy.Reclaims);
        return memory is not null ? memory.Reclaim(name) : Pageout.Of(freezer.Members(name));
    }

    public override void Kill()
    {
        if (!freezer.TryKill(name))
        {
            foreach (int pid in freezer.Members(name))
            {
                _ = Libc.Kill(pid, Libc.SigKill);
            }
        }
        if (Directory.Exists(freezer.GroupPath(name)))
        {
            // A frozen process of version 1 dies only once it is thawed.
            freezer.SetFrozen(name, false);
        }
    }

    public override void Remove()
    {
        LetGoOfCache();
        foreach (CgroupHierarchy hierarchy in hierarchies)
        {
            hierarchy.Remove(name);
        }
    }

    /// <summary>
    /// The kernel keeps what it knows of a removed group, some 90 KB, for as long as anything is in the page cache that was charged to it: one more with each
    /// cold start, until memory is short. Where that is little it goes first.
    /// </summary>
    private void LetGoOfCache()
    {
        try
        {
            if (
                hierarchies.FirstOrDefault(hierarchy => hierarchy.Reclaims) is { } memory
                && memory.MemoryOf(name) is > 0 and <= CacheLetGoMax
            )
            {
                memory.Reclaim(name);
            }
        }
        catch (IOException)
        {
            // It stays then, as it would without this.
        }
    }
}

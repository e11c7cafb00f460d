using Dormouse.Contracts;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>
/// Reads the files of an earlier process, each database's front to back: an answer is there unless a later record makes it void. A file
/// that is not what was written, be it that a process was killed in the middle of a record, makes void all that is in it and before it,
/// since it may have said so.
/// </summary>
internal sealed class DiskLoad(DiskFolder folder, DiskTotals totals, TimeProvider timeProvider)
{
    private readonly long wall = timeProvider.GetUtcNow().UtcTicks;
    private readonly long monotonic = timeProvider.GetElapsedTime(0).Ticks;
    private readonly long timestamp = timeProvider.GetTimestamp();
    private long clock;
    private bool isClockBack;

    /// <summary>The tier's clock after all that was read.</summary>
    public long Clock => clock;

    /// <returns>False where the wall clock was set back, so that no age is known.</returns>
    public bool TryLoad(Dictionary<DatabaseId, DiskTenant> tenants)
    {
        foreach ((DatabaseId database, IReadOnlyList<(int Number, string Path)> segments) in folder.List())
        {
            var tenant = new DiskTenant(database, folder.FolderOf(database), totals);
            foreach ((int number, string path) in segments)
            {
                Load(tenant, path);
                tenant.LastNumber = number;
            }
            tenants[database] = tenant;
        }
        return !isClockBack;
    }

    private void Load(DiskTenant tenant, string path)
    {
        if (
            folder.IsAsClosed(path)
            && Segment.Scan(path, folder.Key, tenant.Database, (from, place, head, text) => Take(tenant, from, place, head, text))
                is { } whole
        )
        {
            tenant.Add(whole);
            return;
        }
        tenant.VoidAll(++clock);
        while (tenant.SegmentCount > 0)
        {
            tenant.TakeOldest().Delete();
        }
        File.Delete(path);
    }

    private void Take(DiskTenant tenant, Segment segment, int place, in RecordHead head, string text)
    {
        clock++;
        if (head.Kind == RecordKind.Void)
        {
            foreach (string tag in text.Split(','))
            {
                tenant.Void(tag, clock);
            }
            return;
        }
        long age = AgeOf(head);
        isClockBack |= age < 0;
        if (head.KeepUntilWall > wall && age >= 0)
        {
            long askedAt = timestamp - (long)(TimeSpan.FromTicks(age).TotalSeconds * timeProvider.TimestampFrequency);
            tenant.Add(head.Key, new DiskEntry(segment, place, head.BodyBytes, askedAt, clock));
        }
    }

    // By both clocks where both have run on: the monotonic one stands still while the machine is suspended, the other can be set.
    private long AgeOf(in RecordHead head)
    {
        long byWall = wall - head.AskedAtWall;
        return folder.IsOfThisBoot ? Math.Max(byWall, monotonic - head.AskedAtMonotonic) : byWall;
    }
}

/// <summary>Sums over all databases. Under the tier's lock.</summary>
internal sealed class DiskTotals
{
    public long Bytes { get; set; }

    public long IndexBytes { get; set; }

    public int Entries { get; set; }
}

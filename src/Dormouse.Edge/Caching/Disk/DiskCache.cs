using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dormouse.Contracts;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>
/// Answers on disk: what memory had no room for, and a copy of what is in it, for the time after a restart. For each database segment
/// files that are appended to and deleted oldest first (<see cref="DiskTenant"/>), an index in memory, and in the same files a record of
/// each invalidation, so that reading them front to back tells what is valid.
/// </summary>
/// <remarks>
/// <para>
/// Two locks. <c>gate</c> guards what is in memory, for microseconds, and is taken under that of <see cref="AnswerCache"/>. <c>writing</c>
/// guards the files, and is never taken under either. What waits to be written is taken from the queue under both, so that an answer
/// and an invalidation are in a file in the order in which they happened.
/// </para>
/// <para>
/// Any failure of the disk ends the tier until the next start: its files are deleted, and requests go on without it.
/// </para>
/// </remarks>
internal sealed partial class DiskCache(
    DiskCacheOptions options,
    TimeProvider timeProvider,
    ILogger<DiskCache> logger,
    DiskMetrics? metrics = null
) : IDisposable
{
    private const int SegmentBytesMax = 16 * 1024 * 1024;
    private const int SegmentsPerDatabase = 64;
    private const int SegmentsOfAShare = 8;

    /// <summary>Names of tags that one database may have made void since its oldest answer; above it all of its answers are.</summary>
    private const int VoidedTagsMax = 16_384;

    private readonly Lock gate = new();
    private readonly Lock writing = new();
    private readonly Dictionary<DatabaseId, DiskTenant> tenants = [];
    private readonly Queue<DiskItem> queue = new();
    private readonly int segmentBytes = (int)Math.Min(SegmentBytesMax, options.MaxBytesPerDatabase / SegmentsOfAShare);
    private DiskTotals totals = new();
    private DiskFolder? folder;
    private long clock;
    private long queuedBytes;
    private int reads;
    private volatile bool isOn;

    public DiskCacheOptions Options => options;

    public bool IsOn => isOn;

    public DiskSize Size
    {
        get
        {
            lock (gate)
            {
                return new DiskSize(totals.Bytes, totals.Entries, totals.IndexBytes, queuedBytes);
            }
        }
    }

    /// <summary>Where the log is to be followed from; null: from its head, with nothing.</summary>
    public DiskRevision? Revision { get; private set; }

    /// <summary>Takes the folder for this process and reads what an earlier one has left there.</summary>
    /// <exception cref="DormouseException">Another process has it, or it cannot be made.</exception>
    public void Open(SecretBox secrets)
    {
        metrics?.Watch(this);
        folder = DiskFolder.Take(options);
        try
        {
            bool isGood = folder.TryResume(secrets);
            if (isGood)
            {
                var load = new DiskLoad(folder, totals, timeProvider);
                isGood = load.TryLoad(tenants);
                clock = load.Clock;
            }
            if (!isGood)
            {
                tenants.Clear();
                totals = new DiskTotals();
                folder.Begin(secrets);
            }
            // The budgets may have become smaller.
            foreach (DiskTenant tenant in All())
            {
                MakeRoom(tenant, 0);
            }
            Revision = isGood ? DiskRevision.Read(folder.Path, folder.Key) : null;
            isOn = true;
            Log.Opened(logger, folder.Path, Size.Entries, Size.Bytes);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TurnOff(failure);
        }
    }

    /// <summary>Whether an answer is there that is not void, and how it is read. Under the cache's lock.</summary>
    public bool TryFind(DatabaseId database, in CacheKey key, ReadOnlySpan<string> tags, out DiskEntry entry)
    {
        lock (gate)
        {
            entry = default;
            return isOn && tenants.TryGetValue(database, out DiskTenant? tenant) && tenant.TryFind(key, tags, out entry);
        }
    }

    /// <summary>Reads an answer; null where that cannot be done.</summary>
    public CachedAnswer? Read(DatabaseId database, in CacheKey key, in DiskEntry entry)
    {
        if (Interlocked.Increment(ref reads) > options.MaxReads)
        {
            Interlocked.Decrement(ref reads);
            metrics?.Read("busy");
            return null;
        }
        try
        {
            if (entry.Segment.Read(entry.Place, entry.BodyBytes) is { } record && record.Head.Key == key)
            {
                metrics?.Read("found");
                return AnswerOf(record.Head, record.Body, entry.AskedAt);
            }
            metrics?.Read(entry.Segment.IsGone ? "gone" : "corrupt");
            Forget(database, key, entry);
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref reads);
        }
    }

    /// <summary>
    /// Takes an answer that is valid now to write it later, unless it is there, has not long to live, or too many wait. Under the
    /// cache's lock, so that no invalidation comes in between.
    /// </summary>
    public void Offer(CacheEntry entry)
    {
        if (!isOn)
        {
            return;
        }
        long rest = entry.KeepUntil - timeProvider.GetTimestamp();
        CachedAnswer answer = entry.Answer;
        if (rest < Ticks(options.MinRest) || answer.Json.Length + Segment.HeaderBytes + 256 > segmentBytes)
        {
            return;
        }
        string[] tags = entry.Marks.Length == 0 ? [] : [.. entry.Marks.Select(mark => mark.List.Tag)];
        lock (gate)
        {
            if (!isOn)
            {
                return;
            }
            DiskTenant tenant = TenantOf(entry.Tenant.Database);
            if (!tenant.Has(entry.Key, answer.AskedAt, tags))
            {
                if (queuedBytes + answer.Json.Length > options.MaxQueuedBytes)
                {
                    metrics?.Wrote("dropped");
                    return;
                }
                queue.Enqueue(new DiskItem(tenant, entry.Key, answer, tags, entry.KeepUntil, clock));
                queuedBytes += answer.Json.Length;
            }
            entry.Offered = answer;
        }
    }

    /// <summary>Answers of a database that have one of the tags are void from here on. Under the cache's lock.</summary>
    public void Void(DatabaseId database, IReadOnlyCollection<string> tags)
    {
        lock (gate)
        {
            clock++;
            if (tenants.TryGetValue(database, out DiskTenant? tenant))
            {
                foreach (string tag in tags)
                {
                    tenant.Void(tag, clock);
                }
            }
        }
    }

    /// <summary>The same for all answers of a database; null: of all databases.</summary>
    public void VoidAll(DatabaseId? database)
    {
        lock (gate)
        {
            clock++;
            foreach (DiskTenant tenant in tenants.Values.Where(tenant => database is null || tenant.Database == database))
            {
                tenant.VoidAll(clock);
            }
        }
    }

    /// <summary>Writes down what <see cref="Void"/> has made void, before that is acknowledged. Not under the cache's lock.</summary>
    public void Record(DatabaseId database, IReadOnlyCollection<string> tags)
    {
        if (!Knows(database, out DiskTenant? tenant))
        {
            return;
        }
        lock (writing)
        {
            Guard(() =>
            {
                if (tenant.VoidedCount > VoidedTagsMax)
                {
                    lock (gate)
                    {
                        tenant.VoidAll(++clock);
                    }
                    DeleteAll(tenant);
                    return;
                }
                byte[] body = Encoding.UTF8.GetBytes(string.Join(',', tags));
                Append(tenant, new RecordHead(RecordKind.Void, body.Length, default, NowWall(), NowMonotonic(), 0, 0, 0), body);
            });
        }
    }

    /// <summary>The same for <see cref="VoidAll"/>: the files go.</summary>
    public void RecordAll(DatabaseId? database)
    {
        lock (writing)
        {
            Guard(() =>
            {
                foreach (DiskTenant tenant in All().Where(tenant => database is null || tenant.Database == database))
                {
                    DeleteAll(tenant);
                    DiskFolder.Remove(tenant.Folder);
                }
            });
        }
    }

    /// <summary>Notes up to which revision all that was made void is written down.</summary>
    public void Note(long revision, string? mark)
    {
        lock (writing)
        {
            if (isOn && mark is not null)
            {
                Guard(() => new DiskRevision(revision, mark).Write(folder!.Path, folder.Key));
            }
        }
    }

    /// <summary>Writes what waits, up to a number of bytes.</summary>
    /// <returns>How many were written; 0: nothing waits.</returns>
    public long Write(long mostBytes)
    {
        var written = 0L;
        while (written < mostBytes)
        {
            lock (writing)
            {
                if (Dequeue() is not { } item)
                {
                    break;
                }
                Guard(() => Write(item));
                written += Segment.RecordBytes(item.Answer.Json.Length);
            }
        }
        return written;
    }

    /// <summary>Ends the writing: what is in the files is on the disk, and the next start takes it, whatever becomes of the machine.</summary>
    public void Close()
    {
        lock (writing)
        {
            if (!isOn)
            {
                return;
            }
            Guard(() =>
            {
                Segment[] all = [.. All().SelectMany(tenant => tenant.Segments)];
                foreach (Segment segment in all)
                {
                    segment.Close();
                    segment.Flush();
                }
                folder!.MarkClosed(all);
            });
            // What is invalidated from here on cannot be written down, so it must not be answered for: there is nothing of that, since
            // the server has stopped, and should there be, the files go.
            IsClosed = isOn;
        }
    }

    public bool IsClosed { get; private set; }

    public void Dispose()
    {
        lock (writing)
        {
            isOn = false;
            foreach (Segment segment in All().SelectMany(tenant => tenant.Segments))
            {
                segment.Close();
            }
            folder?.Dispose();
        }
    }

    private void Write(DiskItem item)
    {
        CachedAnswer answer = item.Answer;
        long age = timeProvider.GetElapsedTime(answer.AskedAt).Ticks;
        long rest = timeProvider.GetElapsedTime(timeProvider.GetTimestamp(), item.KeepUntil).Ticks;
        var head = new RecordHead(
            RecordKind.Answer,
            answer.Json.Length,
            item.Key,
            NowWall() - age,
            NowMonotonic() - age,
            NowWall() + rest,
            answer.OriginTime.Ticks,
            HeaderUtilities.TryParseDate(answer.LastModified, out DateTimeOffset modified) ? modified.ToUnixTimeSeconds() : 0
        );
        (Segment segment, int place) = Append(item.Tenant, head, answer.Json.Span);
        lock (gate)
        {
            item.Tenant.Add(item.Key, new DiskEntry(segment, place, head.BodyBytes, answer.AskedAt, item.Clock));
        }
        metrics?.Wrote("written");
    }

    private (Segment Segment, int Place) Append(DiskTenant tenant, in RecordHead head, ReadOnlySpan<byte> body)
    {
        int length = Segment.RecordBytes(body.Length);
        if (tenant.Current is { } full && full.Length + length > segmentBytes)
        {
            full.Close();
            tenant.Current = null;
        }
        MakeRoom(tenant, Segment.BytesOf(Segment.HeaderBytes + length) + Segment.BytesOf(1));
        if (tenant.Current is null)
        {
            Segment begun = folder!.NewSegment(tenant);
            lock (gate)
            {
                tenant.Add(begun);
                tenant.Current = begun;
            }
        }
        Segment segment = tenant.Current;
        long before = segment.Bytes;
        int place = segment.Append(head, body);
        lock (gate)
        {
            tenant.Grown(segment.Bytes - before);
        }
        return (segment, place);
    }

    private void MakeRoom(DiskTenant tenant, long bytes)
    {
        while (
            tenant.SegmentCount > 0 && (tenant.Bytes + bytes > options.MaxBytesPerDatabase || tenant.SegmentCount >= SegmentsPerDatabase)
        )
        {
            DropOldest(tenant);
        }
        while (totals.Bytes + bytes > options.MaxBytes && Largest(one => one.Bytes) is { SegmentCount: > 0 } largest)
        {
            DropOldest(largest);
        }
        while (totals.IndexBytes > options.MaxIndexBytes && Largest(one => one.IndexBytes) is { } widest)
        {
            if (widest.SegmentCount > 0)
            {
                DropOldest(widest);
            }
            else
            {
                lock (gate)
                {
                    widest.VoidAll(++clock);
                }
            }
        }
    }

    private DiskTenant? Largest(Func<DiskTenant, long> by)
    {
        lock (gate)
        {
            return tenants.Values.MaxBy(by);
        }
    }

    private void DropOldest(DiskTenant tenant)
    {
        Segment oldest;
        lock (gate)
        {
            oldest = tenant.TakeOldest();
            tenant.Prune(queue.TryPeek(out DiskItem? first) ? first.Clock : clock);
        }
        oldest.Delete();
    }

    private void DeleteAll(DiskTenant tenant)
    {
        while (tenant.SegmentCount > 0)
        {
            DropOldest(tenant);
        }
    }

    private DiskItem? Dequeue()
    {
        lock (gate)
        {
            while (isOn && !IsClosed && queue.TryDequeue(out DiskItem? item))
            {
                queuedBytes -= item.Answer.Json.Length;
                if (!item.Tenant.Has(item.Key, item.Answer.AskedAt, item.Tags) && !item.Tenant.IsVoid(item.Tags, item.Clock))
                {
                    return item;
                }
            }
            return null;
        }
    }

    private void Forget(DatabaseId database, in CacheKey key, in DiskEntry entry)
    {
        lock (gate)
        {
            if (tenants.TryGetValue(database, out DiskTenant? tenant) && tenant.Has(key, entry.AskedAt, []))
            {
                tenant.Remove(key);
            }
        }
    }

    private bool Knows(DatabaseId database, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DiskTenant? tenant)
    {
        lock (gate)
        {
            tenant = null;
            return isOn && tenants.TryGetValue(database, out tenant);
        }
    }

    private DiskTenant TenantOf(DatabaseId database)
    {
        if (!tenants.TryGetValue(database, out DiskTenant? tenant))
        {
            tenants[database] = tenant = new DiskTenant(database, folder!.FolderOf(database), totals);
        }
        return tenant;
    }

    private DiskTenant[] All()
    {
        lock (gate)
        {
            return [.. tenants.Values];
        }
    }

    // Under the lock for writing.
    private void Guard(Action work)
    {
        if (!isOn)
        {
            return;
        }
        try
        {
            if (IsClosed)
            {
                throw new IOException("The files were closed.");
            }
            work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TurnOff(failure);
        }
    }

    private void TurnOff(Exception failure)
    {
        isOn = false;
        lock (gate)
        {
            queue.Clear();
            queuedBytes = 0;
            foreach (Segment segment in tenants.Values.SelectMany(tenant => tenant.Segments))
            {
                segment.Close();
            }
            tenants.Clear();
        }
        if (folder!.TryEmpty())
        {
            Log.Off(logger, folder.Path, failure);
        }
        else
        {
            Log.OffAndLeft(logger, folder.Path, failure);
        }
    }

    private static CachedAnswer AnswerOf(in RecordHead head, byte[] body, long askedAt) =>
        new(
            body,
            askedAt,
            HeaderUtilities.FormatDate(DateTimeOffset.FromUnixTimeSeconds(head.LastModified)),
            TimeSpan.FromTicks(head.OriginTicks)
        );

    private long NowWall() => timeProvider.GetUtcNow().UtcTicks;

    private long NowMonotonic() => timeProvider.GetElapsedTime(0).Ticks;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * timeProvider.TimestampFrequency);

    /// <summary>An answer that waits to be written.</summary>
    private sealed record DiskItem(DiskTenant Tenant, CacheKey Key, CachedAnswer Answer, string[] Tags, long KeepUntil, long Clock);

    private static partial class Log
    {
        [LoggerMessage(4020, LogLevel.Information, "The disk cache in {Folder} has {Entries} answers, {Bytes} bytes.")]
        public static partial void Opened(ILogger logger, string folder, int entries, long bytes);

        [LoggerMessage(
            4021,
            LogLevel.Error,
            "The disk cache in {Folder} is off until the next start, and its files are deleted: the disk has failed or is full."
        )]
        public static partial void Off(ILogger logger, string folder, Exception failure);

        [LoggerMessage(
            4022,
            LogLevel.Critical,
            "The disk cache in {Folder} is off: the disk has failed. Its files could not be deleted and may hold what was made void since: "
                + "delete the folder before the next start."
        )]
        public static partial void OffAndLeft(ILogger logger, string folder, Exception failure);
    }
}

/// <summary>How much there is on disk, and the memory for it.</summary>
internal readonly record struct DiskSize(long Bytes, int Entries, long IndexBytes, long QueuedBytes);

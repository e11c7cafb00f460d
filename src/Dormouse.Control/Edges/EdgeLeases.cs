using Dormouse.Contracts;

namespace Dormouse.Control.Edges;

/// <summary>
/// How far each edge has come in the log, and until when it may serve what it knows. An edge may do so under a lease alone, which every
/// answer to its question for more gives anew if the answer brings it to the log's head. So whoever waits for a revision waits for each
/// lease that was given before it: until that edge has applied the revision, or the lease has run out.
/// </summary>
/// <remarks>Under one lock, held for as long as it takes to look at a few edges. All times are monotonic.</remarks>
internal sealed class EdgeLeases(ControlOptions options, TimeProvider time)
{
    private readonly Lock changing = new();
    private readonly HashSet<EdgeId> edges = [];
    private readonly Dictionary<(EdgeId Edge, string Session), Follower> followers = [];
    private TaskCompletionSource news = NewSource();
    private TaskCompletionSource progress = NewSource();
    private long head;

    // Of leases that a process before this one may have given.
    private long earlierEnd = long.MinValue;

    public long Head => Interlocked.Read(ref head);

    /// <summary>Whether anybody may serve what it knows: an edge that was removed may, as long as its lease runs.</summary>
    public bool HasEdges
    {
        get
        {
            lock (changing)
            {
                long now = time.GetTimestamp();
                return edges.Count > 0 || earlierEnd > now || followers.Values.Any(follower => follower.LeaseEnd > now);
            }
        }
    }

    /// <summary>At the start of the platform. What it gave before it stopped is not known, so every edge is taken to have a lease.</summary>
    public void Start(long revision, IEnumerable<EdgeId> known)
    {
        lock (changing)
        {
            head = revision;
            edges.UnionWith(known);
            if (edges.Count > 0)
            {
                earlierEnd = time.GetTimestamp() + Ticks(options.EdgeLease);
            }
        }
    }

    public void Add(EdgeId edge)
    {
        lock (changing)
        {
            edges.Add(edge);
        }
    }

    /// <summary>From here on it gets no lease.</summary>
    public void Remove(EdgeId edge)
    {
        lock (changing)
        {
            edges.Remove(edge);
            Exchange(ref news);
        }
    }

    /// <summary>A change was committed, and all followers shall have it.</summary>
    public void Publish(long revision)
    {
        lock (changing)
        {
            if (revision > head)
            {
                head = revision;
                Exchange(ref news);
            }
        }
    }

    /// <summary>Ends when the head is beyond a revision, or the time is over.</summary>
    public async Task WaitForNewsAsync(long known, TimeSpan limit, CancellationToken cancellationToken)
    {
        Task waiting;
        lock (changing)
        {
            if (head > known)
            {
                return;
            }
            waiting = news.Task;
        }
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(waiting, Task.Delay(limit, time, done.Token));
        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>What an edge says of itself; it says so only once it is true.</summary>
    public void Applied(EdgeId edge, string session, long revision)
    {
        lock (changing)
        {
            if (followers.TryGetValue((edge, session), out Follower? follower) && revision > follower.Applied && revision <= head)
            {
                follower.Applied = revision;
                Exchange(ref progress);
            }
        }
    }

    /// <summary>Whether this process has given this one a lease: then it follows this log.</summary>
    public bool Knows(EdgeId edge, string session)
    {
        lock (changing)
        {
            return followers.ContainsKey((edge, session));
        }
    }

    /// <summary>Gives a lease together with an answer that brings the edge up to <paramref name="revision"/>.</summary>
    /// <returns>False where there is more to tell first, or the edge may follow no longer.</returns>
    /// <exception cref="DormouseException"><see cref="FailureKind.RateLimited"/></exception>
    public bool TryGrant(EdgeId edge, string session, long revision)
    {
        lock (changing)
        {
            if (revision < head || !edges.Contains(edge))
            {
                return false;
            }
            long now = time.GetTimestamp();
            if (!followers.TryGetValue((edge, session), out Follower? follower))
            {
                Forget(now);
                if (followers.Keys.Count(key => key.Edge == edge) >= options.SessionsPerEdgeMax)
                {
                    throw EdgeFailures.TooManySessions(options.SessionsPerEdgeMax);
                }
                followers[(edge, session)] = follower = new Follower();
            }
            follower.LeaseEnd = now + Ticks(options.EdgeLease);
            return true;
        }
    }

    /// <summary>Waits until no edge serves what a revision made void. No longer than a lease.</summary>
    public async Task SettledAsync(long revision, CancellationToken cancellationToken)
    {
        (Follower[] behind, long end) = Behind(follower => follower.Applied < revision);
        await UntilAsync(() => behind.All(follower => follower.Applied >= revision), end, cancellationToken);
    }

    /// <summary>Waits until an edge that was removed has no lease.</summary>
    public async Task EndedAsync(EdgeId edge, CancellationToken cancellationToken)
    {
        Follower[] own;
        lock (changing)
        {
            own = [.. followers.Where(pair => pair.Key.Edge == edge).Select(pair => pair.Value)];
        }
        (_, long end) = Behind(own.Contains);
        await UntilAsync(static () => false, end, cancellationToken);
    }

    /// <summary>How many edges have a lease now.</summary>
    public int Count(EdgeId edge)
    {
        lock (changing)
        {
            long now = time.GetTimestamp();
            return followers.Count(pair => pair.Key.Edge == edge && pair.Value.LeaseEnd > now);
        }
    }

    // The ends as they are now: a lease that is given later comes with the revision.
    private (Follower[] Behind, long End) Behind(Func<Follower, bool> isBehind)
    {
        lock (changing)
        {
            long now = time.GetTimestamp();
            Follower[] behind = [.. followers.Values.Where(follower => follower.LeaseEnd > now && isBehind(follower))];
            long end = behind.Select(follower => follower.LeaseEnd).DefaultIfEmpty(now).Max();
            return (behind, Math.Max(end, earlierEnd));
        }
    }

    private async Task UntilAsync(Func<bool> isDone, long end, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (changing)
            {
                // What an earlier process gave nobody can take back by applying anything.
                if (time.GetTimestamp() >= end || (isDone() && time.GetTimestamp() >= earlierEnd))
                {
                    return;
                }
                moved = progress.Task;
            }
            TimeSpan rest = time.GetElapsedTime(time.GetTimestamp(), end) + TimeSpan.FromMilliseconds(1);
            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(moved, Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, time, done.Token));
            await done.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void Forget(long now)
    {
        foreach ((EdgeId, string) gone in followers.Where(pair => pair.Value.LeaseEnd <= now).Select(pair => pair.Key).ToArray())
        {
            followers.Remove(gone);
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private static void Exchange(ref TaskCompletionSource source)
    {
        source.SetResult();
        source = NewSource();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One life of an edge's process.</summary>
    private sealed class Follower
    {
        public long Applied { get; set; } = -1;

        public long LeaseEnd { get; set; }
    }
}

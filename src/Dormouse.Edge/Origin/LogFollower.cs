using System.Security.Cryptography;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Caching.Disk;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Origin;

/// <summary>
/// Follows the origin's log: asks for what is beyond the last applied revision, applies it, and only then takes the lease that came with
/// it. The next question tells the origin that it was applied. One loop; whatever goes wrong, it asks again, and meanwhile the lease runs
/// out by itself.
/// </summary>
internal sealed partial class LogFollower(
    OriginClient origin,
    EdgeLease lease,
    GrantedKeys keys,
    AnswerCache cache,
    CacheLedger ledger,
    OriginOptions options,
    TimeProvider timeProvider,
    ILogger<LogFollower> logger,
    DiskCache? disk = null
) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly string session = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly CancellationTokenSource stopping = new();
    private Task loop = Task.CompletedTask;
    private long applied = -1;
    private string? mark;

    /// <summary>The last revision that was applied; -1 before the first.</summary>
    public long Applied => Interlocked.Read(ref applied);

    /// <summary>Goes on from where the disk has ended, if there is one: what it holds is good up to there.</summary>
    public void Start()
    {
        if (disk?.Revision is { } known)
        {
            (applied, mark) = (known.Revision, known.Mark);
        }
        loop = RunAsync();
    }

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await loop;
    }

    public void Dispose() => stopping.Dispose();

    private async Task RunAsync()
    {
        TimeSpan pause = FirstPause;
        var isCutOff = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await AskAsync();
                if (isCutOff)
                {
                    Log.Back(logger, Applied);
                }
                (pause, isCutOff) = (FirstPause, false);
                continue;
            }
            catch (Exception failure) when (!stopping.IsCancellationRequested)
            {
                if (!isCutOff)
                {
                    Log.CutOff(logger, (failure as DormouseException)?.Code, failure);
                }
                isCutOff = true;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(pause, timeProvider, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < options.RetryPauseMax ? pause * 2 : options.RetryPauseMax;
        }
    }

    private async Task AskAsync()
    {
        using var limit = new CancellationTokenSource(options.FollowTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping.Token);
        EdgeLease.Term begun = lease.Begin();
        FollowAnswer answer = await origin.FollowAsync(new FollowRequest(session, Applied < 0 ? null : Applied, mark), either.Token);
        Apply(answer);
        if (answer.StartOver || answer.Revision != Applied)
        {
            mark = answer.Mark;
            // After what it has made void, so that a restart in between does that once more.
            disk?.Note(answer.Revision, mark);
        }
        Interlocked.Exchange(ref applied, answer.Revision);
        if (answer.LeaseMilliseconds > 0)
        {
            lease.Take(begun, TimeSpan.FromMilliseconds(answer.LeaseMilliseconds));
        }
    }

    private void Apply(FollowAnswer answer)
    {
        if (answer.StartOver)
        {
            if (Applied >= 0)
            {
                Log.StartsOver(logger, Applied, answer.Revision);
            }
            StartOver();
            return;
        }
        foreach (LogEntryResource entry in answer.Entries)
        {
            Apply(entry.ToEntry());
        }
    }

    private void Apply(LogEntry entry)
    {
        switch (entry.Kind)
        {
            case LogKinds.KeyGranted or LogKinds.DatabaseReady:
                keys.ForgetUnknown();
                break;
            case LogKinds.KeysEnded when entry.Connection is { } connection:
                keys.Forget(connection);
                break;
            case LogKinds.DatabaseDeleted:
                keys.Forget(entry.Database);
                cache.InvalidateAll(entry.Database);
                ledger.Forget(entry.Database);
                break;
            case LogKinds.DatabaseMoved:
                keys.ForgetUnknown();
                cache.InvalidateAll(entry.Database);
                break;
            case LogKinds.Invalidated when entry.Tags is { } tags:
                cache.Invalidate(entry.Database, tags);
                break;
            case LogKinds.Invalidated:
                cache.InvalidateAll(entry.Database);
                break;
            default:
                // Of a newer origin; whatever it means, nothing of before is kept.
                StartOver();
                break;
        }
    }

    private void StartOver()
    {
        keys.ForgetAll();
        cache.InvalidateAll();
    }

    private static partial class Log
    {
        [LoggerMessage(
            4071,
            LogLevel.Warning,
            "The origin's log cannot be followed ({Code}): nothing is served from the cache until it can. Requests are passed on."
        )]
        public static partial void CutOff(ILogger logger, string? code, Exception failure);

        [LoggerMessage(4072, LogLevel.Information, "The origin's log is followed again, at revision {Revision}.")]
        public static partial void Back(ILogger logger, long revision);

        [LoggerMessage(
            4073,
            LogLevel.Warning,
            "Revision {Applied} is too old or of another log: starting over at {Revision} with an empty cache."
        )]
        public static partial void StartsOver(ILogger logger, long applied, long revision);
    }
}

using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Instances.Upkeep;
using Dormouse.Postgres;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Disk;

/// <summary>
/// Watches what databases take on disk: one loop for all, which looks into the log folder of those that run and measures those that wrote. Those that
/// sleep are looked at every few rounds only, for a limit that was changed meanwhile.
/// Above the soft limit, or where the host's disk is nearly full, it closes their gate; from the hard one on it ends the sessions that write and
/// closes it further. Nobody waits for it. The platform's own database is not watched. Thread-safe.
/// </summary>
internal sealed partial class DiskWatch(
    DiskOptions options,
    Func<IEnumerable<Instance>> all,
    Func<IEnumerable<Instance>> running,
    Func<DatabaseId, InstanceFolder> folderOf,
    Func<DatabaseId, RoleSecrets> secrets,
    Func<long> freeBytes,
    DiskHold hold,
    TimeProvider time,
    ILogger logger
) : IDisposable
{
    // Measuring takes a fiftieth of a core at most for one database, however many files it has.
    private const int PauseOverMeasure = 50;

    // What sleeps does not grow. Ten times more seldom, thousands of sleepers cost as little as hundreds.
    private const int RoundsPerLookAtAll = 10;

    private static readonly TimeSpan EndingMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<DatabaseId, DiskAccount> accounts = new();
    private readonly CancellationTokenSource stop = new();
    private Task loop = Task.CompletedTask;
    private bool isHostShort;
    private bool isHostNearlyOut;

    // Free on the host's disk when those in use were last measured for it, or more since. Whether they are to be measured in this round.
    private long freeAtMeasure;
    private bool isHostLosing;

    // The loop's own: rounds until all are looked at, and those that ran at the last look, which are looked at until they were measured once more.
    private int roundsToAll;
    private HashSet<Instance> followed = [];

    /// <summary>Whether the file system refuses what is written beyond the hard limit.</summary>
    public bool HoldsByFileSystem => hold.Holds;

    public DiskGate GateOf(DatabaseId id) => AccountOf(id).Gate;

    /// <summary>Null until it was measured.</summary>
    public InstanceDisk? Find(DatabaseId id) =>
        accounts.TryGetValue(id, out DiskAccount? account) && account.Measured is { } measured
            ? new InstanceDisk(
                measured.DataBytes,
                measured.LogBytes,
                account.Limit.SoftBytes,
                account.Limit.HardBytes,
                account.Verdict.Rule
            )
            : null;

    public void Forget(DatabaseId id) => accounts.TryRemove(id, out _);

    public void Start() => loop = Task.Run(RunAsync);

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await loop;
    }

    public void Dispose() => stop.Dispose();

    private DiskAccount AccountOf(DatabaseId id) =>
        accounts.GetOrAdd(id, static (_, limit) => new DiskAccount(limit), options.LimitOf(InstanceClass.Small));

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(options.CheckPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                await RoundAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The platform ends.
        }
    }

    private async Task RoundAsync()
    {
        bool isForAll = LookAtHost() | --roundsToAll < 0;
        IEnumerable<Instance> looked = isForAll ? all() : followed.Where(instance => instance.IsThere).Union(running());
        roundsToAll = isForAll ? RoundsPerLookAtAll - 1 : roundsToAll;
        int unknown = options.UnknownPerRound;
        followed = [];
        foreach (Instance instance in looked)
        {
            try
            {
                DiskAccount account = AccountOf(instance.Id);
                bool isNew = account.Measured is null;
                await LookAsync(instance, account, unknown > 0);
                unknown -= isNew ? 1 : 0;
                if (account.Ran)
                {
                    followed.Add(instance);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Deleted meanwhile, for one. The loop goes on: the others are watched by it too.
                Log.NotMeasured(logger, instance.Id, exception.Message);
            }
        }
        if (unknown <= 0)
        {
            // There may be more of them.
            roundsToAll = 0;
        }
    }

    /// <returns>Whether it is another than before for all of them.</returns>
    private bool LookAtHost()
    {
        long free = freeBytes();
        isHostLosing = freeAtMeasure - free > options.UnseenBytes;
        freeAtMeasure = isHostLosing ? free : Math.Max(freeAtMeasure, free);
        bool isShort = free < options.HostReserveBytes;
        isHostNearlyOut = free < options.HostReserveBytes / 2;
        if (isShort == isHostShort)
        {
            return false;
        }
        isHostShort = isShort;
        Log.HostDisk(logger, isShort ? "nearly full: no database may grow" : "no longer nearly full");
        return true;
    }

    private async Task LookAsync(Instance instance, DiskAccount account, bool mayBeNew)
    {
        if (instance.Size is { } size)
        {
            account.Limit = options.LimitOf(size.Most);
        }
        bool runs = instance.Phase == InstancePhase.Running;
        if (runs && account.Held != account.Limit)
        {
            hold.Hold(instance.Record?.Uid, account.Limit);
            account.Held = account.Limit;
        }
        bool isToMeasure = account.Measured is null ? mayBeNew || runs : (runs || account.Ran) && IsDue(instance, account);
        // One that fell asleep is looked at until it was measured once more.
        account.Ran = runs || (account.Ran && !isToMeasure && HasWrittenSince(instance, account));
        if (isToMeasure)
        {
            long began = time.GetTimestamp();
            account.LogNewest = LogFolder.Read(folderOf(instance.Id).DataPath).Newest;
            account.Before = account.Measured;
            account.Measured = DiskMeasure.Of(folderOf(instance.Id).DataPath, options.FilesMax);
            account.MeasuredAt = time.GetTimestamp();
            account.Took = time.GetElapsedTime(began);
        }
        Judge(instance.Id, account);
        if (isToMeasure && runs && (account.Stay is not null || isHostNearlyOut) && HasGrown(account))
        {
            await EndWritersAsync(instance);
        }
    }

    private bool IsDue(Instance instance, DiskAccount account)
    {
        TimeSpan ago = time.GetElapsedTime(account.MeasuredAt);
        if (ago < account.Took * PauseOverMeasure)
        {
            return false;
        }
        return HasWrittenSince(instance, account)
            // What is over its limit is watched closely, so that it is let go on as soon as it may.
            || account.Gate.Refusal is not null
            || (instance.Leases > 0 && (isHostLosing || ago > options.MeasureAfter));
    }

    private bool HasWrittenSince(Instance instance, DiskAccount account) =>
        LogFolder.Read(folderOf(instance.Id).DataPath).Newest != account.LogNewest;

    // Of one that was never measured before nothing is known: the platform may have started anew while it ran away. That the host's disk is nearly full
    // is no reason to think so of all.
    private static bool HasGrown(DiskAccount account) =>
        account.Before is { } before ? account.Measured!.Value.DataBytes > before.DataBytes : account.Stay is not null;

    private void Judge(DatabaseId id, DiskAccount account)
    {
        DiskVerdict verdict = VerdictOn(account);
        if (verdict == account.Verdict)
        {
            return;
        }
        account.Verdict = verdict;
        long bytes = account.Measured?.DataBytes ?? 0;
        if (verdict.Rule == DiskRule.Free)
        {
            account.Gate.Open();
            Log.MayGrow(logger, id);
        }
        else
        {
            account.Gate.Close(verdict.Rule, verdict.Why(bytes));
            Log.MayNotGrow(
                logger,
                id,
                bytes,
                verdict.Limit is null ? "the host's disk is nearly full" : "it reached its limit",
                verdict.Rule
            );
        }
    }

    private DiskVerdict VerdictOn(DiskAccount account)
    {
        long bytes = account.Measured?.DataBytes ?? 0;
        if (bytes >= account.Limit.HardBytes)
        {
            account.Stay ??= new HardStay(time.GetTimestamp());
            bool isSettled = time.GetElapsedTime(account.Stay.Since) > options.SettleAfter;
            return new DiskVerdict(account.Stay.At(bytes, isSettled), account.Limit);
        }
        account.Stay = null;
        // Its functions too would take what the logs of all need.
        return isHostShort ? new DiskVerdict(DiskRule.ReadAndDelete, null)
            : bytes >= account.Limit.SoftBytes ? new DiskVerdict(DiskRule.NoGrowth, account.Limit)
            : default;
    }

    /// <summary>Those with a transaction that has written: whatever the session set, growth ends with it.</summary>
    private async Task EndWritersAsync(Instance instance)
    {
        using IInstanceLease? lease = instance.TryLeaseQuietly();
        if (lease is null)
        {
            return;
        }
        using var timeout = new CancellationTokenSource(EndingMax, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop.Token);
        try
        {
            ServerConnection session = await PlatformSession.OpenAsync(
                folderOf(instance.Id),
                secrets(instance.Id),
                PlatformSession.MainDatabase,
                "disk watch",
                limit.Token
            );
            try
            {
                const string end = """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE backend_type = 'client backend' AND backend_xid IS NOT NULL AND usename <> 'dormouse'
                    """;
                int ended = (await PlatformSession.RowsAsync(session, end, limit.Token)).Count;
                Log.Ended(logger, instance.Id, ended);
            }
            finally
            {
                await PlatformSession.CloseAsync(session);
            }
        }
        catch (Exception exception) when (exception is PostgresException or ServerConnectionException or DormouseException)
        {
            Log.NotEnded(logger, instance.Id, exception);
        }
        catch (OperationCanceledException exception) when (!stop.IsCancellationRequested)
        {
            Log.NotEnded(logger, instance.Id, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3470, LogLevel.Warning, "{Id} may not grow: it takes {Bytes} bytes, and {Reason} ({Rule})")]
        public static partial void MayNotGrow(ILogger logger, DatabaseId id, long bytes, string reason, DiskRule rule);

        [LoggerMessage(3471, LogLevel.Information, "{Id} may grow again")]
        public static partial void MayGrow(ILogger logger, DatabaseId id);

        [LoggerMessage(3472, LogLevel.Warning, "{Id} grew beyond its hard limit; {Count} sessions that wrote are ended")]
        public static partial void Ended(ILogger logger, DatabaseId id, int count);

        [LoggerMessage(3473, LogLevel.Error, "{Id} grew beyond its hard limit, and its sessions could not be ended")]
        public static partial void NotEnded(ILogger logger, DatabaseId id, Exception exception);

        [LoggerMessage(3474, LogLevel.Warning, "the host's disk is {State}")]
        public static partial void HostDisk(ILogger logger, string state);

        [LoggerMessage(3475, LogLevel.Debug, "the disk of {Id} could not be measured: {Reason}")]
        public static partial void NotMeasured(ILogger logger, DatabaseId id, string reason);
    }
}

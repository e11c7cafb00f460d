using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Postgres;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Upkeep;

/// <summary>
/// Upkeep of databases that sleep most of their lives: what autovacuum would do had it the time, and a checkpoint where the log has grown, so
/// that the database sleeps with a small one. Before sleep what is due and short; the rest is owed, and done by <see cref="UpkeepSchedule"/>.
/// It runs while the instance runs and answers, under a lease that does not count as use, and gives way to whoever comes. Thread-safe.
/// </summary>
internal sealed partial class InstanceUpkeep(
    UpkeepOptions options,
    Func<DatabaseId, InstanceFolder> folderOf,
    Func<DatabaseId, RoleSecrets> secrets,
    TimeProvider time,
    ILogger logger
)
{
    private const string Purpose = "upkeep";
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<DatabaseId, long> lookedAt = new();
    private readonly ConcurrentDictionary<DatabaseId, byte> owed = new();
    private readonly ConcurrentDictionary<DatabaseId, Turn> turns = new();
    private readonly ConcurrentDictionary<DatabaseId, byte> sentToSleep = new();

    /// <summary>Databases in which something large is due. Forgotten when the platform ends, and found again when they next sleep.</summary>
    public IReadOnlyCollection<DatabaseId> Owed => [.. owed.Keys];

    public void Forget(DatabaseId id)
    {
        lookedAt.TryRemove(id, out _);
        owed.TryRemove(id, out _);
    }

    /// <summary>Begins to count what a new instance writes.</summary>
    public void Notice(Instance instance) => lookedAt.TryAdd(instance.Id, ReadLog(instance).Newest);

    /// <summary>Does nothing unless the instance runs, is not used, and wrote enough since the last time. Never fails but by cancellation.</summary>
    public Task BeforeSleepAsync(Instance instance, CancellationToken cancellationToken) =>
        InTurnAsync(
            instance.Id,
            async stop =>
            {
                using IInstanceLease? lease = instance.TryLeaseQuietly();
                if (lease is not null && BoundsBeforeSleep(instance) is { } bounds)
                {
                    await RunAsync(instance, bounds, stop);
                }
            },
            cancellationToken
        );

    /// <summary>For a sleep that a person asked for: ends what is under way and keeps the background away until it sleeps.</summary>
    /// <param name="instance">Which.</param>
    /// <param name="isDue">Whether upkeep comes first.</param>
    /// <param name="sleep">Puts it to sleep.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task SleepAsync(Instance instance, bool isDue, Func<Task> sleep, CancellationToken cancellationToken)
    {
        sentToSleep[instance.Id] = 0;
        try
        {
            await EndAsync(instance.Id);
            if (isDue)
            {
                await BeforeSleepAsync(instance, cancellationToken);
            }
            await sleep();
        }
        finally
        {
            sentToSleep.TryRemove(instance.Id, out _);
        }
    }

    /// <summary>Wakes the instance and does all that is due. Never fails but by cancellation.</summary>
    public Task InBackgroundAsync(Instance instance, CancellationToken cancellationToken) =>
        InTurnAsync(
            instance.Id,
            async stop =>
            {
                if (sentToSleep.ContainsKey(instance.Id))
                {
                    return;
                }
                using IInstanceLease lease = await instance.LeaseAsync(stop);
                await RunAsync(instance, new Bounds(options.BackgroundMax, long.MaxValue), stop);
            },
            cancellationToken
        );

    /// <summary>Ends what is under way for an instance, for whoever wants it to sleep now.</summary>
    public async Task EndAsync(DatabaseId id)
    {
        if (turns.TryGetValue(id, out Turn? turn))
        {
            await turn.EndAsync();
        }
    }

    private LogFolder ReadLog(Instance instance) => LogFolder.Read(folderOf(instance.Id).DataPath);

    private async Task InTurnAsync(DatabaseId id, Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        using var turn = new Turn(cancellationToken);
        if (!turns.TryAdd(id, turn))
        {
            return;
        }
        try
        {
            await run(turn.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Somebody wants it to sleep now.
        }
        catch (Exception exception) when (exception is IOException or DormouseException)
        {
            // Deleted, or it cannot wake: whoever uses it next finds out.
            owed.TryRemove(id, out _);
            Log.Failed(logger, id, exception);
        }
        finally
        {
            turns.TryRemove(id, out _);
            turn.HasEnded();
        }
    }

    /// <summary>Null: nothing can be due. Without tables only the log is made shorter.</summary>
    private Bounds? BoundsBeforeSleep(Instance instance)
    {
        LogFolder log = ReadLog(instance);
        bool isLong = log.Files > options.LogFilesMax;
        // What it wrote before this platform began is unknown: a long log says that it was not little.
        bool isKnown = lookedAt.TryGetValue(instance.Id, out long seen);
        if (isKnown ? log.Newest - seen >= options.LookAfterLogFiles : isLong)
        {
            return new Bounds(options.BeforeSleepMax, options.ShortTableBytes);
        }
        lookedAt.TryAdd(instance.Id, log.Newest);
        return isLong ? new Bounds(options.BeforeSleepMax, 0) : null;
    }

    private async Task RunAsync(Instance instance, Bounds bounds, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(bounds.Time, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        long began = time.GetTimestamp();
        Task<Outcome> work = WorkAsync(instance, bounds, stop.Token);
        await GiveWayAsync(instance, work, stop);
        try
        {
            Outcome outcome = await work;
            Note(instance, bounds, outcome.IsAllDone);
            Log.Done(logger, instance.Id, outcome.Tables, time.GetElapsedTime(began).TotalMilliseconds, outcome.IsAllDone);
        }
        catch (OperationCanceledException)
        {
            // Out of time, or somebody came and autovacuum has its turn: what was not done is owed.
            Note(instance, bounds, isAllDone: false);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (Exception exception) when (exception is PostgresException or ServerConnectionException or IOException or DormouseException)
        {
            // A table that cannot be read must not keep its database awake.
            Note(instance, bounds, isAllDone: true);
            Log.Failed(logger, instance.Id, exception);
        }
    }

    private void Note(Instance instance, Bounds bounds, bool isAllDone)
    {
        if (bounds.TableBytes == 0)
        {
            return;
        }
        lookedAt[instance.Id] = ReadLog(instance).Newest;
        if (isAllDone)
        {
            owed.TryRemove(instance.Id, out _);
        }
        else
        {
            owed[instance.Id] = 0;
        }
    }

    /// <summary>Our own lease is one; a second is somebody at work.</summary>
    private async Task GiveWayAsync(Instance instance, Task work, CancellationTokenSource stop)
    {
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(Glance, time, CancellationToken.None));
            if (instance.Leases > 1 && !work.IsCompleted)
            {
                await stop.CancelAsync();
                await Task.WhenAny(work);
            }
        }
    }

    private async Task<Outcome> WorkAsync(Instance instance, Bounds bounds, CancellationToken cancellationToken)
    {
        RoleSecrets own = secrets(instance.Id);
        ServerConnection main = await OpenAsync(instance, own, PlatformSession.MainDatabase, cancellationToken);
        try
        {
            var outcome = new Outcome(0, true);
            if (bounds.TableBytes > 0)
            {
                foreach (string name in await InnerDatabasesAsync(main, cancellationToken))
                {
                    outcome = outcome.With(await SeeToAsync(instance, own, name, bounds, cancellationToken));
                }
            }
            await main.ExecuteSimpleAsync("CHECKPOINT", cancellationToken);
            return outcome;
        }
        finally
        {
            await PlatformSession.CloseAsync(main);
        }
    }

    private async Task<Outcome> SeeToAsync(
        Instance instance,
        RoleSecrets own,
        string name,
        Bounds bounds,
        CancellationToken cancellationToken
    )
    {
        ServerConnection session = await OpenAsync(instance, own, name, cancellationToken);
        try
        {
            int done = 0;
            IReadOnlyList<DueTable> due = await DueTable.FindAsync(session, cancellationToken);
            foreach (DueTable table in due.Where(table => table.Bytes <= bounds.TableBytes))
            {
                await session.ExecuteSimpleAsync(table.Statement, cancellationToken);
                done++;
            }
            return new Outcome(done, done == due.Count);
        }
        finally
        {
            await PlatformSession.CloseAsync(session);
        }
    }

    private ValueTask<ServerConnection> OpenAsync(Instance instance, RoleSecrets own, string name, CancellationToken cancellationToken) =>
        PlatformSession.OpenAsync(folderOf(instance.Id), own, name, Purpose, cancellationToken);

    private async Task<IReadOnlyList<string>> InnerDatabasesAsync(ServerConnection session, CancellationToken cancellationToken)
    {
        string sql =
            "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY oid LIMIT "
            + options.InnerDatabasesMax.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return [.. (await PlatformSession.RowsAsync(session, sql, cancellationToken)).Select(row => row[0]!)];
    }

    /// <summary>One at a time for each instance; it can be ended from outside.</summary>
    private sealed class Turn(CancellationToken cancellationToken) : IDisposable
    {
        private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Token => stop.Token;

        public void HasEnded() => ended.TrySetResult();

        public async Task EndAsync()
        {
            try
            {
                await stop.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It ends by itself at this moment.
            }
            await ended.Task;
        }

        public void Dispose() => stop.Dispose();
    }

    private readonly record struct Bounds(TimeSpan Time, long TableBytes);

    private readonly record struct Outcome(int Tables, bool IsAllDone)
    {
        public Outcome With(Outcome other) => new(Tables + other.Tables, IsAllDone && other.IsAllDone);
    }

    private static partial class Log
    {
        [LoggerMessage(3450, LogLevel.Debug, "upkeep of {Id}: {Tables} tables, {Milliseconds:0} ms, all done {IsAllDone}")]
        public static partial void Done(ILogger logger, DatabaseId id, int tables, double milliseconds, bool isAllDone);

        [LoggerMessage(3451, LogLevel.Warning, "upkeep of {Id} failed")]
        public static partial void Failed(ILogger logger, DatabaseId id, Exception exception);
    }
}

using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;

namespace Dormouse.Instances.Tests.Simulation;

/// <summary>A fault that the dice brought about.</summary>
internal sealed class SimulatedFault(string at) : Exception($"The dice failed {at}.");

/// <summary>
/// A host without processes and disks. Every step of the driver takes time, gives way to others and may fail, before and after it has done something,
/// by the dice. What must hold at a step is held here, in the step.
/// </summary>
internal sealed class SimulatedHost(Random dice, SimulatedClock clock, InstancesOptions options, DefectLog defects) : IInstanceDriver
{
    private static readonly RoleSecrets Secrets = new("platform", "app");

    private int lastPid = 100;
    private int lastData;
    private int starting;

    public SortedDictionary<string, SimulatedDatabase> Databases { get; } = new(StringComparer.Ordinal);

    /// <summary>How often a step fails.</summary>
    public double FaultRate { get; set; }

    /// <summary>How long each step takes; null: the dice say.</summary>
    public TimeSpan? StepTime { get; init; }

    public int Starts { get; private set; }

    public int StartsAtOnceSeen { get; private set; }

    public int Faults { get; private set; }

    /// <summary>Since the beginning of all.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(clock.Time.GetTimestamp());

    public int NewData() => ++lastData;

    public void Require(bool holds, string otherwise) => defects.Require(holds, otherwise);

    public SimulatedDatabase Of(DatabaseId id)
    {
        if (!Databases.TryGetValue(id.ToString(), out SimulatedDatabase? database))
        {
            Databases[id.ToString()] = database = new SimulatedDatabase(id);
        }
        return database;
    }

    /// <summary>As if it had been made by an earlier platform.</summary>
    public FoundInstance Plant(DatabaseId id)
    {
        SimulatedDatabase database = Of(id);
        database.Data = database.Acknowledged = NewData();
        database.Record = InstanceRecord.New(id, "image", null, clock.Time.GetUtcNow()) with
        {
            SecretsSet = true,
            Size = InstanceSize.Of(new ClassRange((InstanceClass)dice.Next(2), (InstanceClass)dice.Next(1, 3))),
        };
        return new FoundInstance(id, database.Record, null);
    }

    public async Task<InstanceRecord> CreateAsync(
        DatabaseId id,
        Func<int?> takeUid,
        InstanceSeed? seed,
        CancellationToken cancellationToken
    )
    {
        SimulatedDatabase database = Of(id);
        using IDisposable call = Enter(database, "create");
        await PauseAsync("create", cancellationToken);
        database.Record ??= InstanceRecord.New(id, "image", takeUid(), clock.Time.GetUtcNow());
        await PauseAsync("clone", cancellationToken);
        database.Data ??= NewData();
        database.Acknowledged = database.Data;
        await PauseAsync("flush", cancellationToken);
        return database.Record;
    }

    public InstanceRecord ChooseImage(DatabaseId id, InstanceRecord record) => record;

    public async Task<StartedInstance> StartAsync(DatabaseId id, InstanceRecord record, CancellationToken cancellationToken)
    {
        SimulatedDatabase database = Of(id);
        using IDisposable call = Enter(database, "start");
        starting++;
        Starts++;
        StartsAtOnceSeen = Math.Max(StartsAtOnceSeen, starting);
        try
        {
            defects.Require(starting <= options.StartsAtOnceMax, $"{starting} starts at once.");
            defects.Require(database.Server is null or { IsDead: true }, $"A second server of {id}.");
            defects.Require(database.Data is not null, $"{id} starts without data.");
            await PauseAsync("start", cancellationToken);
            if (Draw(FaultRate))
            {
                throw WakeFailures.StartFailed(id, "the dice.", new SimulatedFault("start"));
            }
            var server = new SimulatedServer(++lastPid, record.SizeNow) { Burns = Draw(0.3) ? dice.NextDouble() * 4 : 0 };
            database.Server = server;
            return new StartedInstance(new SimulatedRun(this, database, server), Secrets);
        }
        finally
        {
            starting--;
        }
    }

    public Generation NewGeneration(DatabaseId id, long number, RoleSecrets own, InstanceClass started)
    {
        SimulatedDatabase database = Of(id);
        defects.Require(number > database.LastGeneration, $"{id}: generation {number} after {database.LastGeneration}.");
        defects.Require(started == database.Server!.Started, $"{id}: was started as {database.Server!.Started} and counts as {started}.");
        database.LastGeneration = number;
        database.Server!.Generation = number;
        var stopped = new CancellationTokenSource();
        var endpoint = new InstanceEndpoint(id, number, "/socket", "app", own.AppPassword, "postgres", 24, stopped.Token);
        database.Server!.Endpoint = endpoint;
        endpoint.Freezing.Listen(() => PauseAsync("freeze notice", CancellationToken.None));
        return new Generation(endpoint, stopped, clock.Time);
    }

    public RoleSecrets OpenSecrets(DatabaseId id) => Secrets;

    public void WriteRecord(DatabaseId id, InstanceRecord record)
    {
        FailMaybe("writing the record");
        SimulatedDatabase database = Of(id);
        database.Record = record;
        database.Note($"record {record.State}, generation {record.Generation}, secrets set {record.SecretsSet}");
    }

    public void TrimLog(DatabaseId id) => FailMaybe("cutting the log");

    public void SwapIn(DatabaseId id, RoleSecrets origin)
    {
        SimulatedDatabase database = Of(id);
        defects.Require(database.Server is null or { IsDead: true }, "The data is swapped below a server.");
        FailMaybe("swapping");
        defects.Require(database.Replaced is null, $"{id}: data that was replaced before is in the way.");
        (database.Replaced, database.Data, database.Restoring) = (database.Data, database.Restoring, null);
        if (database.Data is null)
        {
            // Deleted and made anew while the replacement stood in the mailbox.
            throw new DirectoryNotFoundException("dice", new SimulatedFault("swapping what is gone"));
        }
        database.Note($"swapped {database.Replaced} for {database.Data}");
        FailMaybe("flushing the swap");
    }

    public void UndoSwap(DatabaseId id)
    {
        FailMaybe("undoing the swap");
        SimulatedDatabase database = Of(id);
        if (database.Replaced is { } before)
        {
            defects.Require(database.Server is null or { IsDead: true }, "The data is swapped back below a server.");
            (database.Data, database.Replaced) = (before, null);
            database.Note($"swapped back to {before}");
        }
    }

    public void FinishSwap(DatabaseId id)
    {
        FailMaybe("finishing the swap");
        SimulatedDatabase database = Of(id);
        database.Note($"finished the swap of {database.Replaced}");
        database.Replaced = null;
    }

    public void Delete(DatabaseId id)
    {
        FailMaybe("deleting");
        SimulatedDatabase database = Of(id);
        defects.Require(database.Server is null or { IsDead: true }, $"{id} is deleted below its server.");
        Databases.Remove(id.ToString());
    }

    /// <summary>The platform was killed: calls that were under way are cut short where they are. What the next one would find.</summary>
    public IReadOnlyList<FoundInstance> Find()
    {
        starting = 0;
        var found = new List<FoundInstance>();
        foreach (SimulatedDatabase database in Databases.Values.ToList())
        {
            database.Note($"a new platform, {database.Call} under way");
            database.Call = null;
            database.Held.Clear();
            // Starts of which no record could be written are not counted by the next platform, whose pools are new.
            database.LastGeneration = 0;
            if (database.Data is null || database.Record is not { } record)
            {
                Databases.Remove(database.Id.ToString());
                continue;
            }
            if (database.Server is { IsDead: false } alive && !record.SecretsSet)
            {
                alive.Die();
            }
            if (database.Replaced is { } before)
            {
                database.Data = record.SecretsSet ? database.Data : before;
                database.Replaced = null;
            }
            defects.Require(
                database.Data == database.Acknowledged || database.Data == database.Restored,
                $"{database.Id} holds {database.Data} after a crash, not {database.Acknowledged}: {database.Journal}"
            );
            database.Acknowledged = database.Data;
            database.Restoring = database.Restored = null;
            found.Add(new FoundInstance(database.Id, record, Adopt(database)));
        }
        return found;
    }

    /// <summary>Takes time, gives way, may fail.</summary>
    public async Task PauseAsync(string at, CancellationToken cancellationToken)
    {
        FailMaybe("before " + at);
        if (StepTime is { } always)
        {
            await Task.Delay(always, clock.Time, cancellationToken);
            return;
        }
        switch (dice.Next(10))
        {
            case < 4:
                await Task.Yield();
                break;
            case < 9:
                await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(1, 60)), clock.Time, cancellationToken);
                break;
            default:
                await Task.Delay(TimeSpan.FromMilliseconds(Draw(0.02) ? dice.Next(40_000) : dice.Next(500)), clock.Time, cancellationToken);
                break;
        }
        FailMaybe("after " + at);
    }

    public bool Draw(double probability) => dice.NextDouble() < probability;

    public void FailMaybe(string at)
    {
        if (Draw(FaultRate))
        {
            Faults++;
            throw dice.Next(3) == 0
                ? new UnauthorizedAccessException("dice", new SimulatedFault(at))
                : new IOException("dice", new SimulatedFault(at));
        }
    }

    /// <summary>One writer: no two calls of the driver at once for one database.</summary>
    public IDisposable Enter(SimulatedDatabase database, string call)
    {
        defects.Require(database.Call is null, $"{database.Id}: {call} while {database.Call}.");
        database.Call = call;
        return new Leaving(database);
    }

    private AdoptedRun? Adopt(SimulatedDatabase database)
    {
        if (database.Server is not { IsDead: false } alive)
        {
            database.Server = null;
            return null;
        }
        // The old platform's continuations hang on the old one.
        alive.Died = new TaskCompletionSource();
        return new AdoptedRun(new SimulatedRun(this, database, alive), alive.IsFrozen);
    }

    private sealed class Leaving(SimulatedDatabase database) : IDisposable
    {
        public void Dispose() => database.Call = null;
    }
}

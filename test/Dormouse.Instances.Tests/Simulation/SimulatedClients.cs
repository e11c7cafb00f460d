using Dormouse.Contracts;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;

namespace Dormouse.Instances.Tests.Simulation;

/// <summary>
/// Everybody who wants something of a simulated platform: requests, people who put databases to sleep, creations, deletions, restores and backups. Each
/// deed ends in an answer or in a failure that the controller owns up to; whatever else comes out of it is a defect.
/// </summary>
internal sealed class SimulatedClients(
    Random dice,
    SimulatedHost host,
    SimulatedClock clock,
    SimulatedPlatform platform,
    InstancesOptions options,
    DefectLog defects
)
{
    private static readonly RoleSecrets Secrets = new("platform", "app");
    private static readonly PostgresImage Image = new("image", "/", "18", 18, "/bin", null!);

    // What has come to its end waits for its turn on the one thread.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    // As the platform's backups hold it: one restore of a database at a time.
    private readonly HashSet<DatabaseId> replacing = [];

    public int Answers { get; private set; }

    public int Failures { get; private set; }

    /// <summary>Deeds under way.</summary>
    public int Pending { get; private set; }

    /// <summary>In which phase an instance was when something was asked of it.</summary>
    public HashSet<(InstancePhase Phase, string Deed)> Asked { get; } = [];

    public void Begin(DatabaseId id)
    {
        InstanceSet set = platform.Instances;
        switch (dice.Next(100))
        {
            case < 50:
                Begin(id, "lease", token => UseAsync(id, TimeSpan.FromMilliseconds(dice.Next(200)), token), isCancelled: host.Draw(0.2));
                break;
            case < 53:
                Begin(
                    id,
                    "backup",
                    token => UseAsync(id, TimeSpan.FromMilliseconds(dice.Next(20_000)), token),
                    isCancelled: host.Draw(0.2)
                );
                break;
            case < 59:
                Begin(id, "freeze", _ => set.Existing(id).FreezeAsync(TimeSpan.Zero));
                break;
            case < 64:
                Begin(id, "reclaim", _ => set.Existing(id).ReclaimAsync(TimeSpan.Zero));
                break;
            case < 70:
                Begin(id, "stop", _ => set.Existing(id).StopAsync(TimeSpan.Zero));
                break;
            case < 73:
                Begin(id, "wake", token => set.Existing(id).WakeAsync(token), isCancelled: host.Draw(0.3));
                break;
            case < 76:
                Begin(id, "resize", _ => set.Existing(id).ResizeAsync(size => size.Within(DrawRange(), DrawClass())));
                break;
            case < 84:
                Kill(id);
                break;
            case < 89:
                Begin(id, "create", token => set.CreateAsync(id, null, token), isCancelled: host.Draw(0.1));
                break;
            case < 92:
                Begin(
                    id,
                    "clone",
                    token => set.CreateAsync(id, new InstanceSeed(Image, Secrets, NoFill), token),
                    isCancelled: host.Draw(0.2)
                );
                break;
            case < 95:
                Begin(id, "replace", _ => ReplaceAsync(id));
                break;
            default:
                Begin(id, "delete", token => set.DeleteAsync(id, token), isCancelled: host.Draw(0.3));
                break;
        }
    }

    private ClassRange DrawRange()
    {
        var least = (InstanceClass)dice.Next(3);
        return new ClassRange(least, (InstanceClass)dice.Next((int)least, 3));
    }

    private InstanceClass? DrawClass() => host.Draw(0.5) ? (InstanceClass)dice.Next(3) : null;

    /// <summary>One request and nothing else.</summary>
    /// <param name="id">Of which database.</param>
    /// <param name="ended">Told when it was lent or refused.</param>
    public Task RequestAsync(DatabaseId id, Action<DateTimeOffset, Exception?> ended) =>
        platform.Scheduler.Run(async () =>
        {
            try
            {
                using IInstanceLease lease = await platform.Instances.LeaseAsync(id, CancellationToken.None);
                ended(clock.Time.GetUtcNow(), null);
            }
            catch (DormouseException exception)
            {
                ended(clock.Time.GetUtcNow(), exception);
            }
        });

    private static Task NoFill(string path, CancellationToken cancellationToken) => Task.CompletedTask;

    private void Begin(DatabaseId id, string deed, Func<CancellationToken, Task> act, bool isCancelled = false)
    {
        Note(id, deed);
        Pending++;
        var cancellation = new CancellationTokenSource();
        TimeSpan? cancelAfter = isCancelled ? TimeSpan.FromMilliseconds(dice.Next(300)) : null;
        _ = platform.Scheduler.Run(async () =>
        {
            using ITimer? timer = cancelAfter is { } after
                ? clock.Time.CreateTimer(_ => cancellation.Cancel(), null, after, Timeout.InfiniteTimeSpan)
                : null;
            try
            {
                await act(cancellation.Token);
                Answers++;
            }
            catch (Exception exception)
            {
                Failures++;
                if (!IsItsOwn(exception, cancellation.Token))
                {
                    defects.Note(exception);
                }
            }
            finally
            {
                Pending--;
            }
        });
    }

    private async Task UseAsync(DatabaseId id, TimeSpan hold, CancellationToken cancellationToken)
    {
        long asked = clock.Time.GetTimestamp();
        IInstanceLease lease;
        try
        {
            lease = await platform.Instances.LeaseAsync(id, cancellationToken);
        }
        finally
        {
            TimeSpan waited = clock.Time.GetElapsedTime(asked);
            defects.Require(waited <= options.WakeTimeout + Slack, $"{id} was neither lent nor refused for {waited}.");
        }
        using (lease)
        {
            SimulatedDatabase database = host.Of(id);
            using IDisposable held = database.Hold(lease.Endpoint);
            AssertAwake(database, lease);
            await Task.Delay(hold, clock.Time, CancellationToken.None);
            AssertAwake(database, lease);
        }
    }

    private void AssertAwake(SimulatedDatabase database, IInstanceLease lease)
    {
        if (lease.Endpoint.Stopped.IsCancellationRequested || database.Server is { IsDead: true })
        {
            // It has died or was stopped by force, and its users are told or will be.
            return;
        }
        defects.Require(database.Server?.Generation == lease.Endpoint.Generation, $"{database.Id} is lent without its server.");
        defects.Require(database.Server is { IsFrozen: false }, $"{database.Id} is lent and frozen.");
        defects.Require(
            database.Data == database.Acknowledged || database.Data == database.Restored,
            $"{database.Id} runs on {database.Data}, not {database.Acknowledged}: {database.Journal}"
        );
    }

    private async Task ReplaceAsync(DatabaseId id)
    {
        Instance instance = platform.Instances.Existing(id);
        SimulatedDatabase database = host.Of(id);
        if (!replacing.Add(id))
        {
            return;
        }
        int data = host.NewData();
        database.Restoring = database.Restored = data;
        try
        {
            await instance.ReplaceDataAsync(new InstanceSeed(Image, Secrets, NoFill));
            database.Acknowledged = data;
        }
        finally
        {
            database.Restoring = database.Restored = null;
            replacing.Remove(id);
        }
    }

    private void Kill(DatabaseId id)
    {
        if (host.Databases.TryGetValue(id.ToString(), out SimulatedDatabase? database) && database.Server is { IsDead: false } server)
        {
            Note(id, "kill");
            server.Die();
        }
    }

    private void Note(DatabaseId id, string deed) => Asked.Add((platform.Instances.Find(id)?.Phase ?? InstancePhase.Absent, deed));

    /// <summary>It gave up, or it came too late.</summary>
    private static bool IsItsOwn(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException
            ? cancellationToken.IsCancellationRequested
            : exception is ObjectDisposedException disposed && disposed.ObjectName == typeof(InstanceSet).FullName;
}

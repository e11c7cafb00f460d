using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Tests.Simulation;

/// <summary>What one database is on the simulated host: its folder, its server, and who uses it. Outlives the simulated platform.</summary>
internal sealed class SimulatedDatabase(DatabaseId id)
{
    private const int JournalMax = 40;

    private readonly Queue<string> journal = new();

    public DatabaseId Id { get; } = id;

    public InstanceRecord? Record { get; set; }

    /// <summary>Which data is in place, by its number; null: none.</summary>
    public int? Data { get; set; }

    /// <summary>Which it must be by all that was acknowledged.</summary>
    public int? Acknowledged { get; set; }

    /// <summary>Which takes its place if a restore that is under way succeeds.</summary>
    public int? Restored { get; set; }

    public int? Replaced { get; set; }

    public int? Restoring { get; set; }

    public SimulatedServer? Server { get; set; }

    /// <summary>The call of the driver that is under way.</summary>
    public string? Call { get; set; }

    /// <summary>Of this platform's.</summary>
    public long LastGeneration { get; set; }

    /// <summary>What was done to its folder last, for whoever reads a failure.</summary>
    public string Journal => string.Join("; ", journal);

    public void Note(string done)
    {
        journal.Enqueue(done);
        if (journal.Count > JournalMax)
        {
            journal.Dequeue();
        }
    }

    /// <summary>Counts a lease until it is given back.</summary>
    public IDisposable Hold(InstanceEndpoint endpoint)
    {
        Held[endpoint] = Held.GetValueOrDefault(endpoint) + 1;
        return new Holding(this, endpoint);
    }

    /// <summary>
    /// Leases that clients hold at this moment, by what they lead to: here a database that was deleted has a successor of the same name, whose generations
    /// count from one again, and a client may hold a lease of either.
    /// </summary>
    public Dictionary<InstanceEndpoint, int> Held { get; } = new(ReferenceEqualityComparer.Instance);

    private sealed class Holding(SimulatedDatabase database, InstanceEndpoint endpoint) : IDisposable
    {
        public void Dispose() => database.Held[endpoint]--;
    }
}

/// <summary>The processes of one start.</summary>
internal sealed class SimulatedServer(int pid, InstanceSize size)
{
    /// <summary>The class on its command line.</summary>
    public InstanceClass Started { get; } = size.Started;

    /// <summary>Processors that it takes while it runs.</summary>
    public double Burns { get; set; }

    /// <summary>What its bounds were set to.</summary>
    public InstanceSize Bounds { get; set; } = size;

    public ProcessIdentity Identity { get; } = new(pid, pid);

    public TaskCompletionSource Died { get; set; } = new();

    public long Generation { get; set; }

    /// <summary>Its address in the eyes of the platform that lives now.</summary>
    public InstanceEndpoint? Endpoint { get; set; }

    public bool IsFrozen { get; set; }

    public bool IsDead { get; private set; }

    public void Die()
    {
        IsDead = true;
        Died.TrySetResult();
    }
}

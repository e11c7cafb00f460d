using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Dormouse.Contracts;

namespace Dormouse.Edge.Tests.Harness;

internal sealed class FakeKeyDirectory : IKeyDirectory
{
    private readonly ConcurrentDictionary<string, KeyGrant> grants = new();

    /// <summary>When set, what the next look-ups fail with.</summary>
    public Exception? Failure { get; set; }

    public string Add(DatabaseId database)
    {
        string key = "key_" + Guid.NewGuid().ToString("N");
        grants[key] = new KeyGrant(database, ConnectionId.New());
        return key;
    }

    public void Remove(string key) => grants.TryRemove(key, out _);

    /// <summary>Keys that were looked up.</summary>
    public ConcurrentQueue<string> LookUps { get; } = new();

    public bool TryFindKnown(string apiKey, [NotNullWhen(true)] out KeyGrant? grant)
    {
        grant = LookUps.Contains(apiKey) ? grants.GetValueOrDefault(apiKey) : null;
        return grant is not null;
    }

    public ValueTask<bool> CanLookUpAsync(CancellationToken cancellationToken) => new(Failure is null);

    public ValueTask<KeyGrant?> FindAsync(string apiKey, CancellationToken cancellationToken)
    {
        LookUps.Enqueue(apiKey);
        return Failure is { } failure ? ValueTask.FromException<KeyGrant?>(failure) : new(grants.GetValueOrDefault(apiKey));
    }
}

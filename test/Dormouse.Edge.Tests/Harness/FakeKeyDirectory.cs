using System.Collections.Concurrent;
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

    public bool TryFindKnown(string apiKey, out KnownKey known)
    {
        bool isKnown = LookUps.Contains(apiKey) && grants.TryGetValue(apiKey, out _);
        known = isKnown ? new KnownKey(grants[apiKey], DateTimeOffset.MaxValue, Epoch: 0) : default;
        return isKnown;
    }

    public bool Holds(in KnownKey known) => grants.Values.Contains(known.Grant);

    public ValueTask<bool> CanLookUpAsync(CancellationToken cancellationToken) => new(Failure is null);

    public ValueTask<KeyGrant?> FindAsync(string apiKey, CancellationToken cancellationToken)
    {
        LookUps.Enqueue(apiKey);
        return Failure is { } failure ? ValueTask.FromException<KeyGrant?>(failure) : new(grants.GetValueOrDefault(apiKey));
    }
}

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

    public ValueTask<KeyGrant?> FindAsync(string apiKey, CancellationToken cancellationToken) =>
        Failure is { } failure ? ValueTask.FromException<KeyGrant?>(failure) : new(grants.GetValueOrDefault(apiKey));
}

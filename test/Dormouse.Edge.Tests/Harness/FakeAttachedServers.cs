using System.Collections.Concurrent;
using Dormouse.Contracts;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>The attached databases of a test; none unless it attaches one.</summary>
internal sealed class FakeAttachedServers : IAttachedServers
{
    private readonly ConcurrentDictionary<DatabaseId, (AttachedEndpoint Endpoint, CancellationTokenSource Ended)> servers = new();

    public AttachedEndpoint? Find(DatabaseId id) => servers.TryGetValue(id, out var server) ? server.Endpoint : null;

    public void Attach(DatabaseId id, string url, string? rootCertificates = null, int connections = 4)
    {
        var ended = new CancellationTokenSource();
        bool replaces = servers.TryGetValue(id, out var old);
        servers[id] = (new AttachedEndpoint(id, url, rootCertificates, connections, ended.Token), ended);
        if (replaces)
        {
            old.Ended.Cancel();
        }
    }
}

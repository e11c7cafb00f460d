using System.Security.Cryptography;
using Dormouse.Contracts;

namespace Dormouse.Control.Edges;

/// <summary>
/// Which edges there are, in the store and in memory. Changes are made one after the other; look-ups take no lock.
/// </summary>
internal sealed class EdgeRegistry(ControlOptions options, EdgeStore store, LogStore log, EdgeLeases leases, TimeProvider time)
    : IEdgeDirectory,
        IDisposable
{
    private readonly SemaphoreSlim changing = new(1, 1);
    private volatile Known[] edges = [];

    public IReadOnlyList<Edge> List() => [.. edges.Select(known => known.Edge)];

    /// <summary>At the start of the platform, before the front door opens.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        edges = [.. (await store.ListAsync(cancellationToken)).Select(row => new Known(row.Edge, row.TokenHash))];
        leases.Start(await log.HeadAsync(cancellationToken), edges.Select(known => known.Edge.Id));
    }

    public EdgeIdentity? Find(string token)
    {
        if (EdgeToken.HashOf(token, options.KeyPepper) is not { } hash)
        {
            return null;
        }
        // There are few. Who lacks the pepper cannot choose hashes; they are compared in constant time all the same.
        foreach (Known known in edges)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known.TokenHash))
            {
                return new EdgeIdentity(known.Edge.Id, known.Edge.Name);
            }
        }
        return null;
    }

    public async Task<AddedEdge> AddAsync(string? name, CancellationToken cancellationToken)
    {
        string checkedName = Names.Check(name, "edge");
        string token = EdgeToken.New();
        var edge = new Edge(EdgeId.New(), checkedName, EdgeToken.HintOf(token), time.GetUtcNow());
        byte[] hash = EdgeToken.HashOf(token, options.KeyPepper)!;
        await changing.WaitAsync(cancellationToken);
        try
        {
            if (edges.Length >= options.EdgesMax)
            {
                throw EdgeFailures.TooMany(options.EdgesMax);
            }
            await store.AddAsync(edge, hash, cancellationToken);
            // First what invalidations look at, then what lets it in.
            leases.Add(edge.Id);
            edges = [.. edges, new Known(edge, hash)];
        }
        finally
        {
            changing.Release();
        }
        return new AddedEdge(edge, token);
    }

    /// <summary>Ends an edge's token. On return the edge serves nothing any more.</summary>
    public async Task RemoveAsync(string idOrName, CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            Known known =
                Array.Find(
                    edges,
                    entry =>
                        entry.Edge.Id.ToString() == idOrName || string.Equals(entry.Edge.Name, idOrName, StringComparison.OrdinalIgnoreCase)
                ) ?? throw EdgeFailures.Unknown(idOrName);
            EdgeId id = known.Edge.Id;
            leases.Remove(id);
            try
            {
                // First its lease, then its row: were this process to end in between, the next one would know that it may have one.
                await leases.EndedAsync(id, cancellationToken);
                await store.RemoveAsync(id, cancellationToken);
            }
            catch
            {
                leases.Add(id);
                throw;
            }
            edges = [.. edges.Where(edge => edge != known)];
        }
        finally
        {
            changing.Release();
        }
    }

    public void Dispose() => changing.Dispose();

    private sealed record Known(Edge Edge, byte[] TokenHash);
}

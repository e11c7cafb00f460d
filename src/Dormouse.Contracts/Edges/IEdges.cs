namespace Dormouse.Contracts;

/// <summary>Which edges may follow this platform. Answered from memory: it is asked at every request of an edge.</summary>
public interface IEdgeDirectory
{
    /// <summary>The edge that has this token; null: none.</summary>
    EdgeIdentity? Find(string token);
}

/// <summary>An edge that has shown its token. As a feature of a request it says that an edge passed the request on.</summary>
public sealed record EdgeIdentity(EdgeId Id, string Name);

/// <summary>Where an invalidation goes besides the cache of this process.</summary>
public interface IInvalidationLog
{
    /// <summary>
    /// Tells all edges. On return none of them gives an answer that was made void by it: each has applied it, or its lease has run out.
    /// </summary>
    /// <param name="database">Whose answers.</param>
    /// <param name="tags">Those that have one of these tags; null: all of them.</param>
    /// <param name="cancellationToken">Gives up, which may leave it done or undone.</param>
    /// <exception cref="DormouseException"><see cref="FailureKind.ControlPlane"/>: the log is away, and edges may not know.</exception>
    ValueTask InvalidatedAsync(DatabaseId database, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken);
}

/// <summary>The log of a platform that has no edges but its own.</summary>
public sealed class NoInvalidationLog : IInvalidationLog
{
    public ValueTask InvalidatedAsync(DatabaseId database, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;
}

using System.Diagnostics.CodeAnalysis;

namespace Dormouse.Contracts;

/// <summary>The edge's way to find whose key it was handed. Answers from memory where it can: it is asked at every request.</summary>
public interface IKeyDirectory
{
    /// <summary>The grant of an API key, or null where the key is unknown, expired or revoked. The key is never logged.</summary>
    /// <exception cref="DormouseException"><see cref="FailureKind.ControlPlane"/>: the store is away and the key is not known here.</exception>
    ValueTask<KeyGrant?> FindAsync(string apiKey, CancellationToken cancellationToken);

    /// <summary>The same from memory alone: false also for a valid key that was not used for long.</summary>
    bool TryFindKnown(string apiKey, [NotNullWhen(true)] out KeyGrant? grant);

    /// <summary>
    /// Whether keys that are not in memory can be looked up, as far as was known a second ago: it may be asked as often as anybody likes,
    /// and answers within a second. Never throws for a store that is away.
    /// </summary>
    ValueTask<bool> CanLookUpAsync(CancellationToken cancellationToken);
}

/// <summary>What a valid key gives: one database, through one connection.</summary>
public sealed record KeyGrant(DatabaseId Database, ConnectionId Connection);

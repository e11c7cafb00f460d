namespace Dormouse.Contracts;

/// <summary>The edge's way to find whose key it was handed. Answers from memory where it can: it is asked at every request.</summary>
public interface IKeyDirectory
{
    /// <summary>The grant of an API key, or null where the key is unknown, expired or revoked. The key is never logged.</summary>
    /// <exception cref="DormouseException"><see cref="FailureKind.ControlPlane"/>: the store is away and the key is not known here.</exception>
    ValueTask<KeyGrant?> FindAsync(string apiKey, CancellationToken cancellationToken);

    /// <summary>The same from memory alone: false also for a valid key that was not used for long.</summary>
    bool TryFindKnown(string apiKey, out KnownKey known);

    /// <summary>
    /// Whether what <see cref="TryFindKnown"/> found still holds, by far cheaper than finding it again. False also where some other key has
    /// ended meanwhile: find it again then.
    /// </summary>
    bool Holds(in KnownKey known);

    /// <summary>
    /// Whether keys that are not in memory can be looked up, as far as was known a second ago: it may be asked as often as anybody likes,
    /// and answers within a second. Never throws for a store that is away.
    /// </summary>
    ValueTask<bool> CanLookUpAsync(CancellationToken cancellationToken);
}

/// <summary>What a valid key gives: one database, through one connection.</summary>
public sealed record KeyGrant(DatabaseId Database, ConnectionId Connection);

/// <summary>What a key gives, and for how long that is known.</summary>
/// <param name="Grant">What it gives.</param>
/// <param name="ValidUntil">When it expires.</param>
/// <param name="Epoch">Of the memory that it was found in: <see cref="KeyCache{TKey, T}.Epoch"/>.</param>
public readonly record struct KnownKey(KeyGrant Grant, DateTimeOffset ValidUntil, long Epoch);

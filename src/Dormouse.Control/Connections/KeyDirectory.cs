using Dormouse.Contracts;
using Dormouse.Control.Edges;
using Dormouse.Control.Store;

namespace Dormouse.Control.Connections;

/// <summary>
/// Tells whose key the edge was handed: from memory without waiting where the key was seen before, else from the control store. What
/// this process revokes, rotates or deletes ends here at once; an expiry ends to the instant. Thread-safe.
/// </summary>
internal sealed class KeyDirectory(
    ControlOptions options,
    ConnectionStore connections,
    RevisionLog log,
    StoreProbe probe,
    TimeProvider time
) : IKeyDirectory
{
    private readonly KeyCache<KeyHash, KeyGrant> known = new(options.KeysCachedMax);
    private readonly KeyCache<KeyHash, bool> unknown = new(options.UnknownKeysCachedMax);
    private int lookUps;

    public ValueTask<KeyGrant?> FindAsync(string apiKey, CancellationToken cancellationToken)
    {
        if (!KeyHash.TryCompute(apiKey, options.KeyPepper, out KeyHash hash))
        {
            return new ValueTask<KeyGrant?>((KeyGrant?)null);
        }
        DateTimeOffset now = time.GetUtcNow();
        if (known.TryGet(hash, now, out KeyGrant grant))
        {
            return new ValueTask<KeyGrant?>(grant);
        }
        return unknown.TryGet(hash, now, out _)
            ? new ValueTask<KeyGrant?>((KeyGrant?)null)
            : new ValueTask<KeyGrant?>(LookUpAsync(hash, cancellationToken));
    }

    public bool TryFindKnown(string apiKey, out KnownKey key)
    {
        key = default;
        if (
            !KeyHash.TryCompute(apiKey, options.KeyPepper, out KeyHash hash)
            || !known.TryGet(hash, time.GetUtcNow(), out KeyGrant grant, out DateTimeOffset validUntil, out long epoch)
        )
        {
            return false;
        }
        key = new KnownKey(grant, validUntil, epoch);
        return true;
    }

    public bool Holds(in KnownKey key) => known.Holds(key.ValidUntil, key.Epoch, time.GetUtcNow());

    public ValueTask<bool> CanLookUpAsync(CancellationToken cancellationToken) => probe.IsThereAsync(cancellationToken);

    /// <summary>
    /// Ends keys in the store by <paramref name="end"/> and forgets them here; on return no edge takes them either. Where the store's
    /// answer was lost, it may have ended them all the same, so then everything is forgotten and asked for anew.
    /// </summary>
    public async Task<T> EndAsync<T>(Func<Task<KeysEnded<T>>> end)
    {
        KeysEnded<T> ended;
        try
        {
            ended = await end();
            known.Invalidate(ended.Hashes);
        }
        catch
        {
            known.Clear();
            log.Doubt();
            throw;
        }
        await log.SettleAsync(ended.Revision, CancellationToken.None);
        return ended.Result;
    }

    private async Task<KeyGrant?> LookUpAsync(KeyHash hash, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref lookUps) > options.KeyLookUpsMax)
        {
            Interlocked.Decrement(ref lookUps);
            throw new DormouseException(
                FailureKind.RateLimited,
                "DM2005",
                $"More than {options.KeyLookUpsMax} API keys that are not in memory are being looked up at this moment. Try again in a second."
            );
        }
        try
        {
            long knownEpoch = known.Epoch;
            long unknownEpoch = unknown.Epoch;
            (KeyGrant Grant, DateTimeOffset? ExpiresAt)? found = await connections.FindGrantAsync(hash, cancellationToken);
            if (found is { } key)
            {
                known.Add(hash, key.Grant, key.ExpiresAt ?? DateTimeOffset.MaxValue, knownEpoch);
                return key.Grant;
            }
            unknown.Add(hash, false, time.GetUtcNow() + options.UnknownKeyAge, unknownEpoch);
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref lookUps);
        }
    }
}

/// <summary>What came of ending keys.</summary>
/// <param name="Result">For whoever asked.</param>
/// <param name="Hashes">Those of the keys that ended, or end earlier.</param>
/// <param name="Revision">The log's entry of it; 0: nothing ended.</param>
internal readonly record struct KeysEnded<T>(T Result, IReadOnlyList<KeyHash> Hashes, long Revision);

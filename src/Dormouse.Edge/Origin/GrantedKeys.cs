using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Dormouse.Contracts;

namespace Dormouse.Edge.Origin;

/// <summary>
/// Tells whose key this edge was handed: from memory under a lease alone, else by asking the origin. What ends there is forgotten here
/// before the origin says that it has ended (<see cref="LogFollower"/>).
/// </summary>
internal sealed class GrantedKeys(OriginClient origin, EdgeLease lease, OriginOptions options, TimeProvider timeProvider) : IKeyDirectory
{
    private readonly byte[] secret = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);
    private readonly KeyCache<KeyDigest, KeyGrant> known = new(options.KeysCachedMax);
    private readonly KeyCache<KeyDigest, bool> unknown = new(options.UnknownKeysCachedMax);
    private int lookUps;

    public ValueTask<KeyGrant?> FindAsync(string apiKey, CancellationToken cancellationToken)
    {
        KeyDigest digest = KeyDigest.Of(apiKey, secret);
        if (lease.IsHeld)
        {
            DateTimeOffset now = timeProvider.GetUtcNow();
            if (known.TryGet(digest, now, out KeyGrant grant))
            {
                return new ValueTask<KeyGrant?>(grant);
            }
            if (unknown.TryGet(digest, now, out _))
            {
                return new ValueTask<KeyGrant?>((KeyGrant?)null);
            }
        }
        return new ValueTask<KeyGrant?>(LookUpAsync(apiKey, digest, cancellationToken));
    }

    public bool TryFindKnown(string apiKey, out KnownKey key)
    {
        key = default;
        if (
            !lease.IsHeld
            || !known.TryGet(
                KeyDigest.Of(apiKey, secret),
                timeProvider.GetUtcNow(),
                out KeyGrant grant,
                out DateTimeOffset validUntil,
                out long epoch
            )
        )
        {
            return false;
        }
        key = new KnownKey(grant, validUntil, epoch);
        return true;
    }

    public bool Holds(in KnownKey key) => lease.IsHeld && known.Holds(key.ValidUntil, key.Epoch, timeProvider.GetUtcNow());

    /// <summary>Whether the origin was reached within the length of a lease.</summary>
    public ValueTask<bool> CanLookUpAsync(CancellationToken cancellationToken) => new(lease.IsHeld);

    public void ForgetUnknown() => unknown.Clear();

    public void Forget(ConnectionId connection) => known.InvalidateWhere(grant => grant.Connection == connection);

    public void Forget(DatabaseId database) => known.InvalidateWhere(grant => grant.Database == database);

    public void ForgetAll()
    {
        known.Clear();
        unknown.Clear();
    }

    private async Task<KeyGrant?> LookUpAsync(string apiKey, KeyDigest digest, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref lookUps) > options.KeyLookUpsMax)
        {
            Interlocked.Decrement(ref lookUps);
            throw OriginFailures.TooManyLookUps(options.KeyLookUpsMax);
        }
        try
        {
            long knownEpoch = known.Epoch;
            long unknownEpoch = unknown.Epoch;
            DateTimeOffset asked = timeProvider.GetUtcNow();
            KeyAnswer answer = await origin.FindKeyAsync(apiKey, cancellationToken);
            if (answer is { Database: { } database, Connection: { } connection })
            {
                var grant = new KeyGrant(DatabaseId.Parse(database), ConnectionId.Parse(connection));
                // From when it was asked, so that it ends here no later than there.
                DateTimeOffset until = answer.ValidSeconds is { } seconds ? asked + TimeSpan.FromSeconds(seconds) : DateTimeOffset.MaxValue;
                known.Add(digest, grant, until, knownEpoch);
                return grant;
            }
            unknown.Add(digest, false, timeProvider.GetUtcNow() + options.UnknownKeyAge, unknownEpoch);
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref lookUps);
        }
    }

    /// <summary>HMAC-SHA-256 of a key under a secret of this process: nobody can aim at it, so that comparing it tells nothing.</summary>
    private readonly record struct KeyDigest(ulong First, ulong Second, ulong Third, ulong Fourth)
    {
        private const int ShortKey = 512;

        public static KeyDigest Of(string key, byte[] secret)
        {
            int length = Encoding.UTF8.GetMaxByteCount(key.Length);
            Span<byte> text = length <= ShortKey ? stackalloc byte[ShortKey] : new byte[length];
            text = text[..Encoding.UTF8.GetBytes(key, text)];
            Span<byte> digest = stackalloc byte[KeyedDigest.Bytes];
            KeyedDigest.Compute(secret, text, digest);
            CryptographicOperations.ZeroMemory(text);
            ReadOnlySpan<ulong> parts = MemoryMarshal.Cast<byte, ulong>(digest);
            return new KeyDigest(parts[0], parts[1], parts[2], parts[3]);
        }

        public override int GetHashCode() => (int)First;
    }
}

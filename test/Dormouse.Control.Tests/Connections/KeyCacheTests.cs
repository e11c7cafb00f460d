using System.Security.Cryptography;
using Dormouse.Contracts;
using Dormouse.Control.Connections;

namespace Dormouse.Control.Tests.Connections;

public sealed class KeyCacheTests
{
    private static readonly byte[] Pepper = new byte[32];
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void It_never_holds_more_than_its_bound_and_keeps_what_is_used()
    {
        var cache = new KeyCache<KeyHash, int>(20);
        KeyHash favourite = NewHash();
        cache.Add(favourite, -1, DateTimeOffset.MaxValue, cache.Epoch);

        for (int i = 0; i < 1000; i++)
        {
            cache.Add(NewHash(), i, DateTimeOffset.MaxValue, cache.Epoch);
            Assert.True(cache.TryGet(favourite, Now, out int value));
            Assert.Equal(-1, value);
            Assert.InRange(cache.Count, 1, 21);
        }
    }

    [Fact]
    public void An_entry_that_was_looked_up_before_an_invalidation_is_not_added_after_it()
    {
        var cache = new KeyCache<KeyHash, int>(20);
        KeyHash hash = NewHash();
        long before = cache.Epoch;

        cache.Invalidate([hash]);
        cache.Add(hash, 1, DateTimeOffset.MaxValue, before);

        Assert.False(cache.TryGet(hash, Now, out _));
    }

    [Fact]
    public void An_entry_ends_at_its_time()
    {
        var cache = new KeyCache<KeyHash, int>(20);
        KeyHash hash = NewHash();
        cache.Add(hash, 1, Now, cache.Epoch);

        Assert.False(cache.TryGet(hash, Now, out _));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void A_key_has_one_digest_under_one_secret_whichever_secret_was_used_before()
    {
        byte[] text = "dm_1_0"u8.ToArray();
        byte[][] secrets = [new byte[32], [.. Enumerable.Range(0, 32).Select(i => (byte)i)]];

        for (int i = 0; i < 6; i++)
        {
            byte[] digest = new byte[KeyedDigest.Bytes];
            KeyedDigest.Compute(secrets[i % 3 / 2], text, digest);
            Assert.Equal(HMACSHA256.HashData(secrets[i % 3 / 2], text), digest);
        }
    }

    [Fact]
    public void Clearing_forgets_everything()
    {
        var cache = new KeyCache<KeyHash, int>(4);
        KeyHash[] hashes = [NewHash(), NewHash(), NewHash()];
        foreach (KeyHash hash in hashes)
        {
            cache.Add(hash, 1, DateTimeOffset.MaxValue, cache.Epoch);
        }

        cache.Clear();

        Assert.All(hashes, hash => Assert.False(cache.TryGet(hash, Now, out _)));
    }

    private static KeyHash NewHash()
    {
        Assert.True(KeyHash.TryCompute(ApiKey.New(), Pepper, out KeyHash hash));
        return hash;
    }
}

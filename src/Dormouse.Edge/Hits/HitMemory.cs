using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Http;
using Dormouse.Edge.Metrics;

namespace Dormouse.Edge.Hits;

/// <summary>Where a request goes: which protocol it is, and the schema that gives its body a meaning.</summary>
/// <param name="Protocol">One of <see cref="ProtocolTag"/>.</param>
/// <param name="Schema">The hash of clients 5 and 6; empty for client 7.</param>
internal sealed record HitTarget(string Protocol, string Schema);

/// <summary>An API key, and what it gave when it was looked up last.</summary>
internal sealed class HitKey(string text)
{
    public string Text { get; } = text;

    /// <summary>Null before it was found.</summary>
    public KnownKey? Known { get; set; }

    public bool Is(string key) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(key.AsSpan()), MemoryMarshal.AsBytes(Text.AsSpan()));
}

/// <param name="Key">Its API key, which is known.</param>
/// <param name="CacheKey">What the cache knows it by.</param>
internal sealed record PassedRequest(HitKey Key, CacheKey CacheKey);

/// <summary>
/// What the last request of a connection said, as text and as what it means: the next one mostly says the same, and then nothing is made anew.
/// It decides nothing: keys and answers are looked up for every request. A feature of the connection. Some 1 KB for each connection that had a hit; not thread-safe.
/// </summary>
internal sealed class HitMemory
{
    // What is longer is read anew each time.
    private const int TextMax = 512;

    private Remembered<HitTarget?> target;
    private Remembered<CacheStrategy> strategy;
    private Remembered<HitKey?> key;
    private Remembered<string?> tags;
    private Remembered<string?> forwarded;

    /// <summary>Of the request that Kestrel was given: what was worked out before, which is most of what looking in vain costs.</summary>
    public PassedRequest? Passed { get; set; }

    /// <summary>Null for paths that are no plain query's.</summary>
    public HitTarget? TargetOf(ReadOnlySpan<byte> text) => target.Is(text) ? target.Value : target.Keep(text, ReadTarget(text));

    public CacheStrategy StrategyOf(ReadOnlySpan<byte> text, TimeSpan maxLifetime) =>
        strategy.Is(text) ? strategy.Value : strategy.Keep(text, CacheStrategy.Parse(Encoding.ASCII.GetString(text), maxLifetime));

    /// <summary>The API key; null for what is none.</summary>
    public HitKey? KeyOf(ReadOnlySpan<byte> text) =>
        key.Is(text) ? key.Value
        : Authenticator.FindKey(Encoding.ASCII.GetString(text)) is { } found ? key.Keep(text, new HitKey(found))
        : null;

    public string TagsOf(ReadOnlySpan<byte> text) => text.IsEmpty ? "" : (tags.Is(text) ? tags.Value : tags.Keep(text, TextOf(text)))!;

    public string? ForwardedOf(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? null : (forwarded.Is(text) ? forwarded.Value : forwarded.Keep(text, TextOf(text)));

    private static string TextOf(ReadOnlySpan<byte> text) => Encoding.ASCII.GetString(text);

    /// <summary><c>/query</c>, or <c>/{version}/{hash}/graphql</c>.</summary>
    private static HitTarget? ReadTarget(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("/query"u8))
        {
            return new HitTarget(ProtocolTag.B, "");
        }
        string[] parts = Encoding.ASCII.GetString(text).Split('/');
        return
            parts is ["", { Length: > 0 } version, var hash, "graphql"]
            && ClientVersion.Parse(version).SpeaksJson
            && SchemaHash.TryParse(hash, out SchemaHash schema)
            ? new HitTarget(ProtocolTag.A, schema.ToString())
            : null;
    }

    private struct Remembered<T>
    {
        private byte[]? text;

        public T Value { get; private set; }

        // In a time that tells nothing of where they differ: behind a proxy the last request may have been another tenant's.
        public readonly bool Is(ReadOnlySpan<byte> other) => text is not null && CryptographicOperations.FixedTimeEquals(other, text);

        public T Keep(ReadOnlySpan<byte> from, T meaning)
        {
            if (from.Length <= TextMax)
            {
                text = from.ToArray();
                Value = meaning;
            }
            return meaning;
        }
    }
}

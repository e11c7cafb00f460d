namespace Dormouse.Edge.Origin;

/// <summary>Where an edge of its own has its origin, and what it may take of it.</summary>
public sealed class OriginOptions
{
    /// <summary>The origin's door for edges, such as <c>https://db.example.com:4477</c>.</summary>
    public required Uri Address { get; set; }

    /// <summary>By which the origin knows this edge.</summary>
    public required string Token { get; set; }

    /// <summary>The authorities, in PEM form, that may have signed the origin's certificate. Null: those of this machine.</summary>
    public string? CaFile { get; set; }

    /// <summary>How long a connection may take to come about; a round trip of TLS around the world takes half a second.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How much longer than a query may take the edge waits for the origin's word about it, so that the origin's own limit is met first.
    /// </summary>
    public TimeSpan AnswerSlack { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the question for the log's news may take in all: the origin answers within half a second, and a lease is over after two.
    /// </summary>
    public TimeSpan FollowTimeout { get; set; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>The longest pause between two tries to reach an origin that is away: half of a lease.</summary>
    public TimeSpan RetryPauseMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many keys are kept in memory; an entry takes some 200 bytes.</summary>
    public int KeysCachedMax { get; set; } = 20_000;

    /// <summary>How many unknown keys are remembered as unknown, apart from the known, so that a flood of them cannot push those out.</summary>
    public int UnknownKeysCachedMax { get; set; } = 4_096;

    /// <summary>How long a key stays known as unknown.</summary>
    public TimeSpan UnknownKeyAge { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many look-ups of keys may be under way; those beyond are told to come back.</summary>
    public int KeyLookUpsMax { get; set; } = 256;

    internal void Validate()
    {
        if (!Address.IsAbsoluteUri || Address.Scheme is not ("http" or "https") || Address.PathAndQuery != "/")
        {
            throw new ArgumentException($"The origin's address '{Address}' must be http:// or https:// with a host and nothing behind it.");
        }
        if (Token.Length == 0 || Token.Any(letter => letter is <= ' ' or > '~'))
        {
            throw new ArgumentException("The edge's token must be visible ASCII.");
        }
    }
}

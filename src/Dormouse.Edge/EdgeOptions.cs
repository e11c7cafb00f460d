using Dormouse.Edge.Caching;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Schemas;
using Dormouse.Edge.Tls;
using Dormouse.Edge.Transactions;

namespace Dormouse.Edge;

/// <summary>The edge's settings, one class per slice.</summary>
public sealed class EdgeOptions
{
    /// <summary>
    /// The part of <c>cf-ray</c> after the first <c>-</c>, which clients show as the region. <c>LOCAL</c>: a platform on one machine.
    /// </summary>
    public string Region { get; set; } = "LOCAL";

    /// <summary>
    /// Scheme and host by which clients reach this edge, such as <c>https://db.example.com</c>, for the addresses of interactive
    /// transactions of clients 5 and 6. Null: as the request says, with the scheme that such a client uses for its host.
    /// </summary>
    public Uri? PublicOrigin { get; set; }

    /// <summary>
    /// Whether <c>X-Forwarded-Proto</c> and <c>X-Forwarded-Host</c> say how clients reach this edge. Only behind a proxy that sets them
    /// anew on every request: anybody can send a header.
    /// </summary>
    public bool TrustForwardedHeaders { get; set; }

    /// <summary>
    /// How long requests may run on once the platform was asked to stop; they are then cancelled and told so. 7 s lie before the 10 s
    /// after which sockets are cut.
    /// </summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(7);

    /// <summary>How addresses that listen with <see cref="TlsListening.UseDormouseTls"/> encrypt. Null: none does.</summary>
    public TlsOptions? Tls { get; set; }

    public RequestLimitOptions Limits { get; set; } = new();

    public SchemaOptions Schemas { get; set; } = new();

    public EngineOptions Engine { get; set; } = new();

    public TransactionOptions Transactions { get; set; } = new();

    public CacheOptions Cache { get; set; } = new();

    /// <summary>All errors at once, so that a person mends a configuration in one go.</summary>
    internal void Validate()
    {
        var errors = new List<string>();
        if (Region.Length is 0 or > 16 || Region.Any(letter => !char.IsAsciiLetterOrDigit(letter)))
        {
            errors.Add($"Region '{Region}' must be 1 to 16 letters or digits, since it is sent in a header.");
        }
        if (PublicOrigin is { } origin && (!origin.IsAbsoluteUri || origin.Scheme is not ("http" or "https") || origin.PathAndQuery != "/"))
        {
            errors.Add($"PublicOrigin '{origin}' must be http:// or https:// with a host and nothing behind it.");
        }
        if (StopGrace < TimeSpan.Zero)
        {
            errors.Add("StopGrace must not be below zero.");
        }
        Tls?.Validate(errors);
        Limits.Validate(errors);
        Schemas.Validate(errors);
        Engine.Validate(errors);
        Transactions.Validate(errors);
        Cache.Validate(errors);
        if (errors.Count > 0)
        {
            throw new ArgumentException("The edge's settings are wrong: " + string.Join(" ", errors));
        }
    }
}

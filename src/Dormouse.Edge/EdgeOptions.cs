using System.Net;
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
    /// From which addresses <c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c> and <c>X-Forwarded-Host</c> are believed: those of proxies
    /// that set them anew on every request. None: anybody can send a header.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; set; } = [];

    /// <summary>
    /// How long requests may run on once the platform was asked to stop; they are then cancelled and told so. 7 s lie before the 10 s
    /// after which sockets are cut.
    /// </summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(7);

    /// <summary>How addresses that listen with <see cref="TlsListening.UseDormouseTls"/> encrypt. Null: none does.</summary>
    public TlsOptions? Tls { get; set; }

    public RequestLimitOptions Limits { get; set; } = new();

    public CallerLimitOptions Callers { get; set; } = new();

    public ConnectionLimitOptions Connections { get; set; } = new();

    public SchemaOptions Schemas { get; set; } = new();

    public EngineOptions Engine { get; set; } = new();

    public TransactionOptions Transactions { get; set; } = new();

    public CacheOptions Cache { get; set; } = new();

    /// <summary>All that is wrong at once, so that a person mends a configuration in one go.</summary>
    public IReadOnlyList<string> FindErrors()
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
        Callers.Validate(errors);
        Connections.Validate(errors);
        Schemas.Validate(errors);
        Engine.Validate(errors);
        Transactions.Validate(errors);
        Cache.Validate(errors);
        return errors;
    }

    internal void Validate()
    {
        if (FindErrors() is { Count: > 0 } errors)
        {
            throw new ArgumentException("The edge's settings are wrong: " + string.Join(" ", errors));
        }
    }
}

using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.EndToEnd.Differential;

/// <summary>One of the two that are compared: who answers the client, and a database behind it that tests can fill and read.</summary>
public sealed class Side : IDisposable
{
    private readonly ProtocolClient statements;

    private Side(Uri http, string apiKey, string? httpsUrl, Dictionary<string, string?>? trust)
    {
        HttpsUrl = httpsUrl;
        Trust = trust;
        Http = http;
        ApiKey = apiKey;
        statements = new ProtocolClient(http, apiKey);
    }

    /// <summary>Where it answers.</summary>
    public Uri Http { get; }

    /// <summary>The key of the database.</summary>
    public string ApiKey { get; }

    /// <summary>What a client pastes.</summary>
    public string Url => $"prisma+postgres://localhost:{Http.Port}/?api_key={ApiKey}";

    /// <summary>What a client that speaks https alone pastes; null where this side needs a TLS front before it.</summary>
    public string? HttpsUrl { get; }

    /// <summary>The environment in which a client trusts the certificate at <see cref="HttpsUrl"/>.</summary>
    public Dictionary<string, string?>? Trust { get; }

    /// <summary>A new empty database behind Prisma's own engine, on a PostgreSQL of the tests.</summary>
    public static async Task<Side> OfPeerAsync(EnginePeer peer, TestPostgres postgres, CancellationToken cancellationToken)
    {
        TestDatabase database = await postgres.CreateDatabaseAsync(cancellationToken);
        string key = EnginePeer.KeyOf(postgres.SocketFolder, database.User, database.Password, database.Database);
        return new Side(peer.Http, key, null, null);
    }

    /// <summary>A new empty database of Dormouse.</summary>
    public static async Task<Side> OfPlatformAsync(PlatformProcess platform, string name, CancellationToken cancellationToken)
    {
        PlatformDatabase database = await platform.CreateDatabaseAsync(name, cancellationToken);
        return new Side(platform.Http, database.ApiKey, database.HttpsUrl, platform.TrustEnvironment);
    }

    /// <summary>Runs an SQL script of statements without results, as a block: the front door takes one statement at a time.</summary>
    public Task ExecuteAsync(string script, CancellationToken cancellationToken) =>
        statements.ExecuteAsync($"DO $script$ BEGIN {script}\nEND $script$", cancellationToken);

    /// <summary>Runs a query of one row with one column and gives it as text.</summary>
    public Task<string?> ScalarAsync(string query, CancellationToken cancellationToken) => statements.ScalarAsync(query, cancellationToken);

    public void Dispose() => statements.Dispose();
}

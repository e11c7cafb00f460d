using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Management;

namespace Dormouse.Control;

/// <summary>What control needs to know, and its bounds.</summary>
public sealed class ControlOptions
{
    /// <summary>A PostgreSQL for the control store, as an Npgsql connection string; null: the platform's own system instance.</summary>
    public string? StoreConnectionString { get; init; }

    /// <summary>The server-side key of the look-up hashes of API keys; 32 random bytes that never leave the data folder.</summary>
    public required byte[] KeyPepper { get; init; }

    /// <summary>The token that the management endpoint asks for.</summary>
    public required string AdminToken { get; init; }

    /// <summary>A token that opens <c>/metrics</c> alone; null: the admin token does.</summary>
    public string? MetricsToken { get; init; }

    /// <summary>Whether management and metrics have a port of their own, and are at no other.</summary>
    public bool HasManagementDoor { get; init; }

    /// <summary>Where apps reach the front door, such as <c>http://localhost:4466</c>; it goes into the URLs that are handed out.</summary>
    public required Uri PublicOrigin { get; init; }

    /// <summary>Where they reach it over https; null: nowhere.</summary>
    public Uri? HttpsOrigin { get; init; }

    /// <summary>The file of the CA that apps have to trust for <see cref="HttpsOrigin"/>; null: they do.</summary>
    public string? CaFile { get; init; }

    /// <summary>How many databases there may be: more than one host carries by the design's memory figures (8 MB idle, 3 MB frozen).</summary>
    public int DatabasesMax { get; init; } = 5_000;

    /// <summary>
    /// What a database may become under load of which nothing else was asked. Small, so that it stays as it was made: what it grows by it takes
    /// from its neighbours, and a tenant could take it by burning processor time. Whoever runs the platform says who may.
    /// </summary>
    public InstanceClass MaxClass { get; init; }

    /// <summary>How many connections a database may have; a key per app and developer fits.</summary>
    public int ConnectionsPerDatabaseMax { get; init; } = 100;

    /// <summary>How many keys are kept in memory; an entry takes some 200 bytes, and a host carries fewer databases than that.</summary>
    public int KeysCachedMax { get; init; } = 20_000;

    /// <summary>How many unknown keys are remembered as unknown, apart from the known, so that a flood of them cannot push those out.</summary>
    public int UnknownKeysCachedMax { get; init; } = 4_096;

    /// <summary>How long a key stays known as unknown: long enough against a client that retries, short enough for a restored store.</summary>
    public TimeSpan UnknownKeyAge { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many look-ups of keys may wait for the store; those beyond are told to come back.</summary>
    public int KeyLookUpsMax { get; init; } = 256;

    /// <summary>How long the old key of a connection lives on after a rotation: a day covers a rolling deployment.</summary>
    public TimeSpan RotationOverlap { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The longest SQL script that is run; schemas are smaller, and data has better ways.</summary>
    public int ScriptBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>The longest body of any other management request; they hold a name or two.</summary>
    public int BodyBytesMax { get; init; } = 64 * 1024;

    /// <summary>
    /// How many Prisma schemas of clients 5 and 6 are kept for a database: each version of an app that runs has one, and a day of
    /// deployments fits. The one used least lately goes, and its client uploads it again.
    /// </summary>
    public int SchemasPerDatabaseMax { get; init; } = 64;

    /// <summary>All of a database's schemas together: 64 of 250 models each, at 1 KB per model.</summary>
    public long SchemaBytesPerDatabaseMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long one statement of the control store may take; all of them are look-ups and small writes.</summary>
    public TimeSpan StoreCommandTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long what is known of the store's health is good for; readiness probes come from many sides, each every few seconds.</summary>
    public TimeSpan StoreProbeAge { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the store has to answer a probe: less than the second after which Kubernetes gives up on one by default.</summary>
    public TimeSpan StoreProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>
    /// How many series of metrics are kept: the platform records some 100, of about 300 bytes each, and a defect that draws tags from
    /// requests must not take the memory.
    /// </summary>
    public int MetricSeriesMax { get; init; } = 1_000;

    /// <summary>
    /// How long an edge may serve what it knows after its origin has last told it all there is. An invalidation or a revocation waits as
    /// long for an edge that is cut off, so it must be short; and an edge asks anew several times within it, from a quarter of a world away.
    /// </summary>
    public TimeSpan EdgeLease { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>By how much the lease is shorter as the edge has it: clocks of two machines do not run alike, at a few tenths of a per cent.</summary>
    public TimeSpan EdgeLeaseMargin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long an edge's question for more waits for news, after which the answer is nothing but a lease: a quarter of one.</summary>
    public TimeSpan EdgePoll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many edges there may be: each asks at every quarter of a lease, and is waited for at every revocation.</summary>
    public int EdgesMax { get; init; } = 100;

    /// <summary>How many processes may follow with one token at once: a rolling replacement takes two.</summary>
    public int SessionsPerEdgeMax { get; init; } = 8;

    /// <summary>How many entries of the log are kept; a follower that is further behind starts over. Some 150 bytes each.</summary>
    public int LogRevisionsKept { get; init; } = 10_000;

    /// <summary>How many entries one answer tells, at most 100 tags of 128 letters each.</summary>
    public int LogEntriesPerAnswerMax { get; init; } = 200;

    /// <summary>How long undoing a failed creation may take, after which the next start of the platform does it.</summary>
    public TimeSpan UndoTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The part of the management endpoint.</summary>
    internal ManagementOptions Management =>
        new()
        {
            AdminToken = AdminToken,
            MetricsToken = MetricsToken,
            HasOwnDoor = HasManagementDoor,
            BodyBytesMax = BodyBytesMax,
            MetricSeriesMax = MetricSeriesMax,
        };

    /// <summary>What an app is given to use a key.</summary>
    public ConnectionUrls UrlsFor(string apiKey) =>
        new(Url(PublicOrigin, apiKey)) { Https = HttpsOrigin is null ? null : Url(HttpsOrigin, apiKey), CaFile = CaFile };

    // Clients take "prisma" for https always, and "prisma+postgres" for plain http where the host is visibly this machine.
    private static string Url(Uri origin, string apiKey) =>
        $"{(origin.Scheme == "https" ? "prisma" : "prisma+postgres")}://{origin.Authority}/?api_key={apiKey}";
}

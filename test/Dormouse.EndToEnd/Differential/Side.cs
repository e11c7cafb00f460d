using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;
using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;
using Npgsql;

namespace Dormouse.EndToEnd.Differential;

/// <summary>One of the two that are compared: who answers the client, and a database behind it that tests can fill and read.</summary>
public abstract class Side(string name, Uri http, string apiKey) : IDisposable
{
    /// <summary>What reports call it.</summary>
    public string Name => name;

    /// <summary>Where it answers.</summary>
    public Uri Http => http;

    /// <summary>The key of the database.</summary>
    public string ApiKey => apiKey;

    /// <summary>What a client pastes.</summary>
    public string Url => $"prisma+postgres://localhost:{http.Port}/?api_key={apiKey}";

    /// <summary>Runs an SQL script of statements without results. It is a block, since a front door takes one statement at a time.</summary>
    public Task ExecuteAsync(string script, CancellationToken cancellationToken) =>
        RunAsync($"DO $script$ BEGIN {script}\nEND $script$", cancellationToken);

    /// <summary>Runs a query of one row with one column of text.</summary>
    public abstract Task<string?> ScalarAsync(string query, CancellationToken cancellationToken);

    public abstract void Dispose();

    /// <summary>Runs one statement.</summary>
    protected abstract Task RunAsync(string statement, CancellationToken cancellationToken);
}

/// <summary>Prisma's own engine on a PostgreSQL of the tests.</summary>
public sealed class PeerSide : Side
{
    private readonly TestDatabase database;

    private PeerSide(Uri http, string apiKey, TestDatabase database)
        : base("peer", http, apiKey) => this.database = database;

    /// <summary>A new empty database behind the peer.</summary>
    public static async Task<PeerSide> CreateAsync(EnginePeer peer, TestPostgres postgres, CancellationToken cancellationToken)
    {
        TestDatabase database = await postgres.CreateDatabaseAsync(cancellationToken);
        string key = EnginePeer.KeyOf(postgres.SocketFolder, database.User, database.Password, database.Database);
        return new PeerSide(peer.Http, key, database);
    }

    protected override async Task RunAsync(string statement, CancellationToken cancellationToken) =>
        await RunAsync(statement, command => command.ExecuteNonQueryAsync(cancellationToken), cancellationToken);

    public override async Task<string?> ScalarAsync(string query, CancellationToken cancellationToken) =>
        await RunAsync(query, command => command.ExecuteScalarAsync(cancellationToken), cancellationToken) as string;

    public override void Dispose() { }

    private async Task<T> RunAsync<T>(string sql, Func<NpgsqlCommand, Task<T>> run, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = new(sql, connection);
        return await run(command);
    }
}

/// <summary>Dormouse.</summary>
public sealed class PlatformSide : Side
{
    private readonly ProtocolClient statements;

    private PlatformSide(PlatformProcess platform, PlatformDatabase database)
        : base("dormouse", platform.Http, database.ApiKey) => statements = ProtocolClient.Of(platform, database);

    /// <summary>A new empty database of the platform.</summary>
    public static async Task<PlatformSide> CreateAsync(PlatformProcess platform, string name, CancellationToken cancellationToken) =>
        new(platform, await platform.CreateDatabaseAsync(name, cancellationToken));

    // Through the front door, which wakes the instance.
    protected override Task RunAsync(string statement, CancellationToken cancellationToken) =>
        statements.ExecuteAsync(statement, cancellationToken);

    public override Task<string?> ScalarAsync(string query, CancellationToken cancellationToken) =>
        statements.ScalarAsync(query, cancellationToken);

    public override void Dispose() => statements.Dispose();
}

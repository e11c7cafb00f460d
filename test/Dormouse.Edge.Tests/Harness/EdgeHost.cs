using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Dormouse.Contracts;
using Dormouse.Edge.Hits;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tls;
using Dormouse.Postgres;
using Dormouse.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>
/// The edge on a real Kestrel at a free port, over https where its options say how, before a database of its own on the shared test server. Each test makes its own, so that
/// tests run beside each other.
/// </summary>
internal sealed class EdgeHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly SocketsHttpHandler handler = new();

    private EdgeHost(
        WebApplication app,
        TestDatabase database,
        FakeInstanceHost instances,
        FakeKeyDirectory keys,
        FakeSchemaStore schemas,
        LogLines log,
        string? caFile
    )
    {
        this.app = app;
        if (caFile is not null)
        {
            Trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            Trust.CustomTrustStore.ImportFromPemFile(caFile);
            handler.SslOptions.CertificateChainPolicy = Trust;
        }
        Schemas = schemas;
        Database = database;
        Instances = instances;
        Keys = keys;
        LogLines = log;
        Address = new Uri(app.Urls.Single());
        Id = DatabaseId.New();
        instances.Set(Id, database);
        Key = keys.Add(Id);
        Http = NewClient(Key);
    }

    /// <summary>What its certificate is held against; null without TLS.</summary>
    public X509ChainPolicy? Trust { get; }

    public TestDatabase Database { get; }
    public FakeInstanceHost Instances { get; }
    public required FakeAttachedServers Attached { get; init; }

    /// <summary>Those that went the long way, through Kestrel.</summary>
    public required PassedRequests Passed { get; init; }
    public FakeKeyDirectory Keys { get; }
    public FakeSchemaStore Schemas { get; }
    public LogLines LogLines { get; }
    public Uri Address { get; }
    public DatabaseId Id { get; }
    public string Key { get; }

    /// <summary>A client with the key of <see cref="Id"/>.</summary>
    public HttpClient Http { get; }

    public static Task<EdgeHost> StartAsync(Action<EdgeOptions>? configure = null, TimeProvider? timeProvider = null) =>
        StartAsync(configure, timeProvider, "");

    /// <param name="configure">Changes the default options.</param>
    /// <param name="timeProvider">Of the edge, not of Kestrel.</param>
    /// <param name="script">SQL to run in the new database first.</param>
    public static async Task<EdgeHost> StartAsync(Action<EdgeOptions>? configure, TimeProvider? timeProvider, string script)
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        TestDatabase database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        if (script.Length > 0)
        {
            await server.ExecuteAsync(database.Database, script, TestContext.Current.CancellationToken);
        }
        var options = new EdgeOptions();
        configure?.Invoke(options);
        var instances = new FakeInstanceHost();
        var keys = new FakeKeyDirectory();
        var schemas = new FakeSchemaStore();
        var attached = new FakeAttachedServers();
        var log = new LogLines();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => Listen(listen, options)));
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddSingleton<IInstanceHost>(instances).AddSingleton<IKeyDirectory>(keys).AddSingleton<ISchemaStore>(schemas);
        builder.Services.AddSingleton<IAttachedServers>(attached);
        if (timeProvider is not null)
        {
            builder.Services.AddSingleton(timeProvider);
        }
        builder.Services.AddDormouseEdge(options);
        WebApplication app = builder.Build();
        var passed = new PassedRequests();
        app.Use(passed.CountAsync);
        app.MapDormouseEdge();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new EdgeHost(app, database, instances, keys, schemas, log, options.Tls?.CaFile) { Attached = attached, Passed = passed };
    }

    public T Service<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public HttpClient NewClient(string? key)
    {
        var client = new HttpClient(handler, disposeHandler: false) { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public Task<Reply> PostAsync(string path, string? json, params (string Name, string Value)[] headers) =>
        Reply.OfAsync(Http, HttpMethod.Post, path, json, headers);

    public Task<Reply> QueryAsync(string json, params (string Name, string Value)[] headers) => PostAsync("/query", json, headers);

    /// <summary>A statement past the edge, to look at what it did.</summary>
    public async Task<string?> AskAsync(string sql)
    {
        await using ServerConnection connection = await ServerConnection.OpenAsync(
            new ServerLogin(Database.SocketPath, Database.User, Database.Password, Database.Database),
            new ServerConnectionOptions(),
            TestContext.Current.CancellationToken
        );
        var rows = new TextRows();
        await connection.ExecuteSimpleAsync(sql, rows, TestContext.Current.CancellationToken);
        return rows.Rows.Count == 0 ? null : rows.Rows[0][0];
    }

    /// <summary>Asks until the answer is the expected one; for what another process does in its own time.</summary>
    public async Task WaitForAsync(string sql, string expected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await AskAsync(sql) != expected)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
        }
    }

    private static void Listen(ListenOptions listen, EdgeOptions options)
    {
        listen.UseDormouseConnectionLimit();
        if (options.Tls is not null)
        {
            listen.UseDormouseTls();
        }
        listen.UseDormouseHits();
    }

    public Task StopAsync() => app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        handler.Dispose();
        await app.DisposeAsync();
    }
}

using System.Security.Cryptography;
using Dormouse.Contracts;
using Dormouse.Control.Attached;
using Dormouse.Control.Connections;
using Dormouse.Control.Databases;
using Dormouse.Control.Store;
using Dormouse.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Dormouse.Control.Tests.Support;

/// <summary>Control on a store of its own in a real PostgreSQL, as it is put together in the product, with a clock that a test moves.</summary>
internal sealed class ControlUnderTest : IAsyncDisposable
{
    public const string AdminToken = "an admin token of a test";

    private static readonly byte[] KeyEncryptionKey = RandomNumberGenerator.GetBytes(SecretBox.KeyBytes);

    private readonly ServiceProvider services;

    private ControlUnderTest(ServiceProvider services) => this.services = services;

    public required FakeInstances Instances { get; init; }
    public required TestDatabase Store { get; init; }
    public required byte[] Pepper { get; init; }
    public required ManualTimeProvider Time { get; init; }

    public DatabaseRegistry Databases => services.GetRequiredService<DatabaseRegistry>();
    public ConnectionRegistry Connections => services.GetRequiredService<ConnectionRegistry>();
    public IKeyDirectory Keys => services.GetRequiredService<IKeyDirectory>();
    public ISchemaStore Schemas => services.GetRequiredService<ISchemaStore>();
    public Attachment Attachment => services.GetRequiredService<Attachment>();
    public IAttachedServers Attached => services.GetRequiredService<IAttachedServers>();
    public TenantSessions Sessions => services.GetRequiredService<TenantSessions>();
    public ScriptRunner Scripts => services.GetRequiredService<ScriptRunner>();
    public SchemaPush Pushes => services.GetRequiredService<SchemaPush>();
    public Migrator Migrator => services.GetRequiredService<Migrator>();
    public SampleMarks SampleMarks => services.GetRequiredService<SampleMarks>();

    public T Service<T>()
        where T : notnull => services.GetRequiredService<T>();

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<ControlUnderTest> StartAsync(int databasesMax = 50, int keysCachedMax = 100)
    {
        TestPostgres server = await TestPostgres.SharedAsync();
        TestDatabase store = await server.CreateDatabaseAsync(Cancelled);
        ControlUnderTest control = Build(new FakeInstances(server), store, RandomNumberGenerator.GetBytes(32), databasesMax, keysCachedMax);
        await control.StartHostedAsync();
        return control;
    }

    /// <summary>What the next start of the platform finds: the same store and instances, nothing in memory.</summary>
    public async Task<ControlUnderTest> RestartAsync(byte[]? pepper = null)
    {
        ControlUnderTest next = Build(Instances, Store, pepper ?? Pepper, 50, 100);
        await next.StartHostedAsync();
        return next;
    }

    /// <summary>Another process on the same store that has not begun yet.</summary>
    public ControlUnderTest Another() => Build(Instances, Store, Pepper, 50, 100);

    public async Task<T?> QueryStoreAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Store.ConnectionString);
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync(Cancelled);
    }

    public async ValueTask DisposeAsync() => await services.DisposeAsync();

    public static ControlOptions Options(TestDatabase store, byte[] pepper, int databasesMax = 50, int keysCachedMax = 100) =>
        new()
        {
            StoreConnectionString = store.ConnectionString + ";Pooling=true",
            KeyPepper = pepper,
            AdminToken = AdminToken,
            PublicOrigin = new Uri("http://localhost:4466"),
            DatabasesMax = databasesMax,
            KeysCachedMax = keysCachedMax,
            ConnectionsPerDatabaseMax = 3,
            SchemasPerDatabaseMax = 3,
            SchemaBytesPerDatabaseMax = 1_000,
        };

    public static void AddControl(IServiceCollection services, FakeInstances instances, TimeProvider time, ControlOptions options)
    {
        services.AddLogging();
        services.AddSingleton<IInstanceAdmin>(instances);
        services.AddSingleton<IInstanceHost>(instances);
        services.AddSingleton(new FakeBackups(instances));
        services.AddSingleton<IBackups>(provider => provider.GetRequiredService<FakeBackups>());
        services.AddSingleton<FakeDumps>();
        services.AddSingleton<IDumps>(provider => provider.GetRequiredService<FakeDumps>());
        services.AddSingleton<FakeExtensions>();
        services.AddSingleton<IExtensions>(provider => provider.GetRequiredService<FakeExtensions>());
        services.AddSingleton<FakeUpgrades>();
        services.AddSingleton<IUpgrades>(provider => provider.GetRequiredService<FakeUpgrades>());
        services.AddSingleton<FakeCache>();
        services.AddSingleton<ICacheAdmin>(provider => provider.GetRequiredService<FakeCache>());
        services.AddSingleton(time);
        services.AddSingleton(new SecretBox(new Dictionary<uint, byte[]> { [1] = KeyEncryptionKey }));
        services.AddDormouseControl(options);
    }

    private static ControlUnderTest Build(FakeInstances instances, TestDatabase store, byte[] pepper, int databasesMax, int keysCachedMax)
    {
        var collection = new ServiceCollection();
        var time = new ManualTimeProvider();
        AddControl(collection, instances, time, Options(store, pepper, databasesMax, keysCachedMax));
        return new ControlUnderTest(collection.BuildServiceProvider())
        {
            Instances = instances,
            Store = store,
            Pepper = pepper,
            Time = time,
        };
    }

    private async Task StartHostedAsync()
    {
        foreach (IHostedService hosted in services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(Cancelled);
        }
    }
}

using Dormouse.Testing.Node;
using Dormouse.Testing.Platform;

namespace Dormouse.Bench.Query;

/// <summary>The platform, its database, and the ways there of those who are compared with it.</summary>
internal sealed class BenchSetting(PlatformProcess platform, PlatformDatabase database, BenchRole role)
{
    private readonly string socketFolder = platform.SocketFolder(database.Id);

    public Uri Http => platform.Http;

    public string ApiKey => database.ApiKey;

    /// <summary>The key that tells Prisma's query engine its database.</summary>
    public string EngineKey => EnginePeer.KeyOf(socketFolder, role.Name, role.Password, "postgres");

    /// <summary>The URL by which node-postgres reaches the instance's socket; it reads the size of its pool from there.</summary>
    public string Url(int poolSize) =>
        $"postgresql://{role.Name}:{role.Password}@localhost/postgres?host={Uri.EscapeDataString(socketFolder)}&max={poolSize}";

    /// <summary>The same for Npgsql, with statements prepared on their second use, as one would for speed.</summary>
    public string ConnectionString(int poolSize) =>
        $"Host={socketFolder};Username={role.Name};Password={role.Password};Database=postgres;Maximum Pool Size={poolSize};"
        + "Minimum Pool Size=2;Max Auto Prepare=50;Auto Prepare Min Usages=2;No Reset On Close=true";
}

namespace Dormouse.Postgres;

/// <summary>Where and as whom to speak to a PostgreSQL server.</summary>
/// <param name="SocketPath">The unix socket's full path (<c>…/.s.PGSQL.5432</c>), at most 107 bytes.</param>
/// <param name="User">The role.</param>
/// <param name="Password">Its secret; never logged, and sent only as <see cref="ServerConnectionOptions.RequireScram"/> allows.</param>
/// <param name="Database">The database's name inside the server.</param>
public sealed record ServerLogin(string SocketPath, string User, string Password, string Database)
{
    /// <summary>A server over TCP.</summary>
    public ServerLogin(TcpServer server, string user, string password, string database)
        : this("", user, password, database) => Tcp = server;

    /// <summary>Takes the place of the unix socket where it is set.</summary>
    public TcpServer? Tcp { get; init; }

    /// <summary>Leaves the password out, so that a log line cannot hold it.</summary>
    public override string ToString() => $"{User}@{Address}/{Database}";

    internal string Address => Tcp?.ToString() ?? SocketPath;
}

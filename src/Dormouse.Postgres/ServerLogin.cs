using System.Net;

namespace Dormouse.Postgres;

/// <summary>Where and as whom to speak to a PostgreSQL server.</summary>
/// <param name="SocketPath">The unix socket's full path (<c>…/.s.PGSQL.5432</c>), at most 107 bytes.</param>
/// <param name="User">The role.</param>
/// <param name="Password">Its secret; used for SCRAM-SHA-256 only, never sent and never logged.</param>
/// <param name="Database">The database's name inside the server.</param>
public sealed record ServerLogin(string SocketPath, string User, string Password, string Database)
{
    /// <summary>
    /// A TCP address instead of the unix socket, loopback only: there is no TLS here yet, and SCRAM alone protects the password but
    /// not the rows. <see cref="SocketPath"/> is ignored when this is set.
    /// </summary>
    public IPEndPoint? Tcp { get; init; }

    /// <summary>Leaves the password out, so that a log line cannot hold it.</summary>
    public override string ToString() => $"{User}@{Address}/{Database}";

    internal string Address => Tcp?.ToString() ?? SocketPath;
}

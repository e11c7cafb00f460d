using Dormouse.Contracts;

namespace Dormouse.Control.Connections;

/// <summary>A named credential of a database, with the keys that are valid now.</summary>
public sealed record Connection(
    ConnectionId Id,
    string Name,
    DatabaseId Database,
    string DatabaseName,
    DateTimeOffset CreatedAt,
    IReadOnlyList<ConnectionKey> Keys
);

/// <summary>A key as far as it is known.</summary>
/// <param name="Hint">Its first characters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends; null: never.</param>
public sealed record ConnectionKey(string Hint, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>A connection and its new key, at the one moment at which the key can be shown.</summary>
public sealed record IssuedConnection(Connection Connection, string ApiKey)
{
    /// <summary>Leaves the key out, so that a log line cannot hold it.</summary>
    public override string ToString() => Connection.ToString();
}

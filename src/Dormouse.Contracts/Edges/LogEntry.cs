namespace Dormouse.Contracts;

/// <summary>One change that edges must know of, in the order of the revisioned log.</summary>
/// <param name="Kind">What happened: one of <see cref="LogKinds"/>.</param>
/// <param name="Database">To what database.</param>
/// <param name="Connection">To which of its connections; null where it is about the database.</param>
/// <param name="Tags">Of an invalidation: answers that have one of these tags; null: all answers of the database.</param>
public sealed record LogEntry(string Kind, DatabaseId Database, ConnectionId? Connection = null, IReadOnlyCollection<string>? Tags = null);

/// <summary>The kinds of entries, as the store and the wire have them. A follower that meets one which it does not know starts over.</summary>
public static class LogKinds
{
    /// <summary>A connection got a key: what was unknown may be known now.</summary>
    public const string KeyGranted = "key_granted";

    /// <summary>Keys of a connection ended, or will end earlier than they said.</summary>
    public const string KeysEnded = "keys_ended";

    /// <summary>A database can be used from now on.</summary>
    public const string DatabaseReady = "database_ready";

    /// <summary>A database is no more, and its keys with it.</summary>
    public const string DatabaseDeleted = "database_deleted";

    /// <summary>Another server answers for the database, which may hold other data.</summary>
    public const string DatabaseMoved = "database_moved";

    /// <summary>Cached answers of a database are void.</summary>
    public const string Invalidated = "invalidated";
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dormouse.Contracts;

/// <summary>What an edge and its origin say to each other, over HTTP/2 at the origin's door for edges.</summary>
public static class EdgeWire
{
    /// <summary>An edge asks for the log beyond what it has applied, and waits there for more.</summary>
    public const string FollowPath = "/edge/follow";

    /// <summary>An edge asks whose key it was handed.</summary>
    public const string KeyPath = "/edge/key";

    /// <summary>Who the edge is: on every request of it.</summary>
    public const string TokenHeader = "dormouse-edge-token";

    /// <summary>The address of the client whose request the edge passes on.</summary>
    public const string ClientHeader = "dormouse-edge-client";

    /// <summary>Scheme and host by which that client reached the edge.</summary>
    public const string OriginHeader = "dormouse-edge-origin";

    /// <summary>In answers that are the door's own and none to a client: why it did not let the edge in.</summary>
    public const string RefusedHeader = "dormouse-edge-refused";
}

/// <param name="Session">Random, of one life of an edge's process: leases are counted by it.</param>
/// <param name="Applied">The last revision that the edge has applied; null: it begins, and knows nothing.</param>
/// <param name="Mark">The mark of that revision, by which the origin knows it for one of its own; null: the edge was told none.</param>
public sealed record FollowRequest(string? Session, long? Applied, string? Mark = null);

/// <param name="Revision">What the edge has once it has applied this answer.</param>
/// <param name="StartOver">Forget all that was known: it may be void. Then go on from <paramref name="Revision"/>.</param>
/// <param name="LeaseMilliseconds">How long, from the sending of its request, the edge may serve what it knows; 0: not longer than before.</param>
/// <param name="Entries">In order, without gaps.</param>
/// <param name="Mark">The mark of <paramref name="Revision"/>; null where that is the one which the edge has.</param>
public sealed record FollowAnswer(
    long Revision,
    bool StartOver,
    int LeaseMilliseconds,
    IReadOnlyList<LogEntryResource> Entries,
    string? Mark = null
);

/// <summary>A <see cref="LogEntry"/> on the wire.</summary>
public sealed record LogEntryResource(string Kind, string Database, string? Connection, IReadOnlyCollection<string>? Tags)
{
    public static LogEntryResource Of(LogEntry entry) =>
        new(entry.Kind, entry.Database.ToString(), entry.Connection?.ToString(), entry.Tags);

    /// <exception cref="FormatException">No such entry.</exception>
    public LogEntry ToEntry() => new(Kind, DatabaseId.Parse(Database), Connection is null ? null : ConnectionId.Parse(Connection), Tags);
}

/// <param name="Key">The API key. It goes over TLS, as it came.</param>
public sealed record KeyQuestion(string? Key)
{
    /// <summary>Leaves the key out, so that a log line cannot hold it.</summary>
    public override string ToString() => "key …";
}

/// <param name="Database">What it opens; null: nothing.</param>
/// <param name="Connection">By which connection.</param>
/// <param name="ValidSeconds">How long it is valid still; null: for ever.</param>
public sealed record KeyAnswer(string? Database, string? Connection, double? ValidSeconds);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(FollowRequest))]
[JsonSerializable(typeof(FollowAnswer))]
[JsonSerializable(typeof(KeyQuestion))]
[JsonSerializable(typeof(KeyAnswer))]
public sealed partial class EdgeJson : JsonSerializerContext;

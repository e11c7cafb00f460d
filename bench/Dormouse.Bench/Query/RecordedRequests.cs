using System.Text.Json;
using Dormouse.Bench.Load;
using Dormouse.Testing.Node;

namespace Dormouse.Bench.Query;

/// <summary>What the unmodified npm client sent for the operations of the bench.</summary>
/// <param name="Target">Method and path of all of them.</param>
/// <param name="Bodies">By operation.</param>
/// <param name="Schema">The body of the schema's upload, in protocol A.</param>
internal sealed record RecordedRequests(string Target, IReadOnlyDictionary<string, string[]> Bodies, string? Schema)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>The plans of client 7.</summary>
    public static async Task<RecordedRequests> OfPlansAsync(NodeClients clients, int count, CancellationToken cancellationToken)
    {
        string recorded = await clients.RunAsync("record.js", [$"{count}"], Limit, cancellationToken);
        return new RecordedRequests("POST /query", JsonSerializer.Deserialize<Dictionary<string, string[]>>(recorded)!, null);
    }

    /// <summary>The queries of client 6.</summary>
    public static async Task<RecordedRequests> OfQueriesAsync(NodeClients clients, int count, CancellationToken cancellationToken)
    {
        string recorded = await clients.RunAsync("record.js", [$"{count}"], Limit, cancellationToken);
        using JsonDocument document = JsonDocument.Parse(recorded);
        JsonElement root = document.RootElement;
        return new RecordedRequests(
            "POST " + root.GetProperty("path").GetString(),
            root.GetProperty("bodies").Deserialize<Dictionary<string, string[]>>()!,
            root.GetProperty("schema").GetString()
        );
    }

    /// <summary>The request that uploads the schema, where there is one.</summary>
    public byte[]? Upload(Uri server, string apiKey)
    {
        if (Schema is null)
        {
            return null;
        }
        string path = Target["POST ".Length..].Replace("/graphql", "/schema", StringComparison.Ordinal);
        return ProtocolConnection.Request(server, apiKey, Schema, "PUT " + path);
    }
}

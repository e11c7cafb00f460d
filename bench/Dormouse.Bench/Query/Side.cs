using Dormouse.Bench.Load;

namespace Dormouse.Bench.Query;

/// <summary>One of the servers that get the same requests: its ready-made requests and its open connections.</summary>
internal sealed class Side : IDisposable
{
    private readonly List<ProtocolConnection> connections = [];

    private Side(string name, Dictionary<string, byte[][]> requests)
    {
        Name = name;
        Requests = requests;
    }

    public string Name { get; }

    /// <summary>By operation.</summary>
    public IReadOnlyDictionary<string, byte[][]> Requests { get; }

    public static async Task<Side> OpenAsync(
        string name,
        Uri server,
        string apiKey,
        RecordedRequests recorded,
        int connectionCount,
        CancellationToken cancellationToken
    )
    {
        Side side = new(
            name,
            recorded.Bodies.ToDictionary(
                operation => operation.Key,
                operation => operation.Value.Select(body => ProtocolConnection.Request(server, apiKey, body, recorded.Target)).ToArray()
            )
        );
        while (side.connections.Count < connectionCount)
        {
            side.connections.Add(await ProtocolConnection.OpenAsync(server, cancellationToken));
        }
        if (recorded.Upload(server, apiKey) is { } upload)
        {
            await side.connections[0].SendAsync(upload, cancellationToken);
        }
        return side;
    }

    public Task<LoadRound> RunAsync(string operation, int inFlight, TimeSpan duration, CancellationToken cancellationToken) =>
        LoadRound.RunAsync(connections[..inFlight], Requests[operation], duration, cancellationToken);

    /// <summary>The first request's answer.</summary>
    public async Task<byte[]> AskAsync(string operation, CancellationToken cancellationToken) =>
        ProtocolConnection.Unchunked((await connections[0].SendAsync(Requests[operation][0], cancellationToken)).Span);

    public void Dispose() => connections.ForEach(connection => connection.Dispose());
}

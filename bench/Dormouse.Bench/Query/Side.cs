using Dormouse.Bench.Load;

namespace Dormouse.Bench.Query;

/// <summary>One of the two servers that get the same requests: its ready-made requests and its open connections.</summary>
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
        IReadOnlyDictionary<string, string[]> bodies,
        int connectionCount,
        CancellationToken cancellationToken
    )
    {
        Side side = new(
            name,
            bodies.ToDictionary(
                operation => operation.Key,
                operation => operation.Value.Select(body => ProtocolConnection.Request(server, apiKey, body)).ToArray()
            )
        );
        while (side.connections.Count < connectionCount)
        {
            side.connections.Add(await ProtocolConnection.OpenAsync(server, cancellationToken));
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

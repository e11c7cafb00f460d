using System.Globalization;
using Dormouse.Bench.Load;

namespace Dormouse.Bench.Edge;

/// <summary>One of the servers: its ready-made request for each size of answer, and its open connections.</summary>
internal sealed class EdgeSide : IDisposable
{
    private readonly List<ProtocolConnection> connections = [];
    private readonly int? pid;

    private EdgeSide(string name, IReadOnlyDictionary<int, byte[]> requests, int? pid)
    {
        Name = name;
        Requests = requests;
        this.pid = pid;
    }

    public string Name { get; }

    /// <summary>By the size of the answer in kilobytes.</summary>
    public IReadOnlyDictionary<int, byte[]> Requests { get; }

    public static async Task<EdgeSide> OpenAsync(
        string name,
        Uri server,
        IReadOnlyDictionary<int, byte[]> requests,
        int connectionCount,
        int? pid,
        CancellationToken cancellationToken
    )
    {
        EdgeSide side = new(name, requests, pid);
        while (side.connections.Count < connectionCount)
        {
            side.connections.Add(await ProtocolConnection.OpenAsync(server, cancellationToken));
        }
        return side;
    }

    public async Task<EdgeRound> RunAsync(int kilobytes, int inFlight, TimeSpan duration, CancellationToken cancellationToken)
    {
        double before = CpuSeconds();
        LoadRound load = await LoadRound.RunAsync(connections[..inFlight], [Requests[kilobytes]], duration, cancellationToken);
        return new EdgeRound(load, (CpuSeconds() - before) / load.Milliseconds.Count * 1_000_000);
    }

    public async Task<byte[]> AskAsync(int kilobytes, CancellationToken cancellationToken) =>
        ProtocolConnection.Unchunked((await connections[0].SendAsync(Requests[kilobytes], cancellationToken)).Span);

    public void Dispose() => connections.ForEach(connection => connection.Dispose());

    /// <summary>What the server's process has used so far; 0 where that is not asked.</summary>
    private double CpuSeconds()
    {
        if (pid is null)
        {
            return 0;
        }
        const double TicksPerSecond = 100;
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        string[] afterName = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long ticks = long.Parse(afterName[11], CultureInfo.InvariantCulture) + long.Parse(afterName[12], CultureInfo.InvariantCulture);
        return ticks / TicksPerSecond;
    }
}

/// <param name="Load">Answers and how long they took.</param>
/// <param name="CpuMicroseconds">The server's processor time for each answer; 0 where it was not measured.</param>
internal sealed record EdgeRound(LoadRound Load, double CpuMicroseconds);

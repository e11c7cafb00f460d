using System.Diagnostics;
using System.Text.Json;
using Dormouse.Testing.Node;

namespace Dormouse.Bench.Query;

/// <summary>The npm query plan executor, running as a process of its own.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process process;

    private Peer(Process process, Uri url)
    {
        this.process = process;
        Url = url;
    }

    public Uri Url { get; }

    /// <summary>Starts it on a server's unix socket. node-postgres reads the pool's size from the URL.</summary>
    public static async Task<Peer> StartAsync(
        NodeClients clients,
        string socketFolder,
        BenchRole role,
        int poolSize,
        CancellationToken cancellationToken
    )
    {
        string folder = Uri.EscapeDataString(socketFolder);
        string database = $"postgresql://{role.Name}:{role.Password}@localhost/postgres?host={folder}&max={poolSize}";
        Process process = clients.Start("peer.js", database);
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(cancellationToken);
            using JsonDocument said = JsonDocument.Parse(line ?? throw new InvalidOperationException("The peer ended without a word."));
            return new Peer(process, new Uri($"http://127.0.0.1:{said.RootElement.GetProperty("port").GetInt32()}"));
        }
        catch
        {
            End(process);
            throw;
        }
    }

    public void Dispose() => End(process);

    private static void End(Process process)
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}

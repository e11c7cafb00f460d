using System.Diagnostics;
using System.Text.Json;
using Dormouse.Bench.Query.Handwritten;

namespace Dormouse.Bench.Query;

/// <summary>A server that Dormouse is compared with, running as a process of its own.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process process;

    private Peer(Process process, Uri url)
    {
        this.process = process;
        Url = url;
    }

    public Uri Url { get; }

    /// <summary>Waits until a started server says its port, as one line <c>{"port":N}</c>, and owns it from then on.</summary>
    public static async Task<Peer> StartAsync(Process process, CancellationToken cancellationToken)
    {
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

    public static Task<Peer> StartHandwrittenAsync(string connectionString, CancellationToken cancellationToken)
    {
        string[] words = [typeof(Peer).Assembly.Location, HandwrittenServer.Word, connectionString];
        ProcessStartInfo start = new("dotnet", words) { RedirectStandardOutput = true, RedirectStandardInput = true };
        Process process = Process.Start(start) ?? throw new InvalidOperationException("'dotnet' did not start.");
        return StartAsync(process, cancellationToken);
    }

    public void Dispose() => End(process);

    private static void End(Process process)
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}

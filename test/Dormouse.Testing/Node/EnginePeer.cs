using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Dormouse.Testing.Node;

/// <summary>
/// Prisma's own query engine of client 6.19 behind the HTTP shape that clients 5 and 6 ask for: what Dormouse's answers are held
/// against. One process serves any number of databases; the API key is the database's URL.
/// </summary>
public sealed class EnginePeer : IDisposable
{
    private readonly Process process;

    private EnginePeer(Process process, Uri http)
    {
        this.process = process;
        Http = http;
    }

    /// <summary>Where it answers.</summary>
    public Uri Http { get; }

    /// <summary>The process that answers.</summary>
    public int Pid => process.Id;

    /// <summary>Starts it; <paramref name="options"/> are those of <c>peer.js</c>.</summary>
    public static async Task<EnginePeer> StartAsync(CancellationToken cancellationToken, params string[] options)
    {
        NodeClients clients = await NodeClients.EnsureAsync(ClientSet.Prisma6, cancellationToken);
        Process process = clients.Start("peer.js", options);
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(cancellationToken);
            using JsonDocument said = JsonDocument.Parse(line ?? throw new InvalidOperationException("The peer ended without a word."));
            return new EnginePeer(process, new Uri($"http://127.0.0.1:{said.RootElement.GetProperty("port").GetInt32()}"));
        }
        catch
        {
            End(process);
            throw;
        }
    }

    /// <summary>The API key under which it answers for a database.</summary>
    /// <param name="socketFolder">The folder of the server's unix socket.</param>
    /// <param name="user">Who logs in.</param>
    /// <param name="password">The password.</param>
    /// <param name="database">The database's name.</param>
    public static string KeyOf(string socketFolder, string user, string password, string database) =>
        Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes($"postgresql://{user}:{password}@localhost/{database}?host={Uri.EscapeDataString(socketFolder)}")
        );

    /// <summary>What a client pastes to reach a database through it.</summary>
    public string UrlOf(string key) => $"prisma+postgres://localhost:{Http.Port}/?api_key={key}";

    public void Dispose() => End(process);

    private static void End(Process process)
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}

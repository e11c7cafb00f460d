using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;
using Dormouse.Testing.Node;

namespace Dormouse.EndToEnd.Differential;

/// <summary>The two that are compared: Prisma's own engine and Dormouse, each with a new empty database.</summary>
/// <remarks>
/// The engine runs in a process of its own for each comparison: when it panics, what is under way on all its databases is lost with it,
/// and another test's operations must not be.
/// </remarks>
public sealed class Sides : IDisposable
{
    private readonly EnginePeer engine;

    private Sides(EnginePeer engine, Side peer, Side other)
    {
        this.engine = engine;
        Peer = peer;
        Other = other;
    }

    /// <summary>
    /// Whether the peer stands on both sides, by <c>DORMOUSE_DIFFERENTIAL=peer</c>: what then differs is a fault of the test.
    /// </summary>
    public static bool PeerAlone { get; } = Environment.GetEnvironmentVariable("DORMOUSE_DIFFERENTIAL") == "peer";

    public Side Peer { get; }

    public Side Other { get; }

    /// <summary>Two empty databases; skips the test where Node.js is missing.</summary>
    public static async Task<Sides> OpenAsync(SharedPlatform shared, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shared);
        return PeerAlone
            ? await OpenAlikeAsync(cancellationToken)
            : await OpenAsync(async _ => await Side.OfPlatformAsync(await shared.Platform, name, cancellationToken), cancellationToken);
    }

    /// <summary>Two empty databases, both behind the peer; skips the test where Node.js is missing.</summary>
    public static Task<Sides> OpenAlikeAsync(CancellationToken cancellationToken) =>
        OpenAsync(engine => PeerAsync(engine, cancellationToken), cancellationToken);

    private static async Task<Sides> OpenAsync(Func<EnginePeer, Task<Side>> other, CancellationToken cancellationToken)
    {
        EnginePeer engine = await SharedPlatform.StartPeerAsync(cancellationToken);
        try
        {
            return new Sides(engine, await PeerAsync(engine, cancellationToken), await other(engine));
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Runs an SQL script on both.</summary>
    public async Task ExecuteAsync(string script, CancellationToken cancellationToken)
    {
        await Peer.ExecuteAsync(script, cancellationToken);
        await Other.ExecuteAsync(script, cancellationToken);
    }

    public void Dispose()
    {
        Peer.Dispose();
        Other.Dispose();
        engine.Dispose();
    }

    private static async Task<Side> PeerAsync(EnginePeer engine, CancellationToken cancellationToken) =>
        await Side.OfPeerAsync(engine, await TestPostgres.SharedAsync(), cancellationToken);
}

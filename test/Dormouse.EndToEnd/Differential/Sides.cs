using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;

namespace Dormouse.EndToEnd.Differential;

/// <summary>The two that are compared: Prisma's own engine and Dormouse, each with a new empty database.</summary>
public sealed class Sides : IDisposable
{
    private Sides(Side peer, Side other)
    {
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
            ? await OpenAlikeAsync(shared, cancellationToken)
            : new Sides(
                await PeerAsync(shared, cancellationToken),
                await Side.OfPlatformAsync(await shared.Platform, name, cancellationToken)
            );
    }

    /// <summary>Two empty databases, both behind the peer.</summary>
    public static async Task<Sides> OpenAlikeAsync(SharedPlatform shared, CancellationToken cancellationToken) =>
        new(await PeerAsync(shared, cancellationToken), await PeerAsync(shared, cancellationToken));

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
    }

    private static async Task<Side> PeerAsync(SharedPlatform shared, CancellationToken cancellationToken) =>
        await Side.OfPeerAsync(await shared.Peer, await TestPostgres.SharedAsync(), cancellationToken);
}

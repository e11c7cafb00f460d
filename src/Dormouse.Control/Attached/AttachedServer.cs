using Dormouse.Contracts;
using Dormouse.Postgres;

namespace Dormouse.Control.Attached;

/// <summary>What control knows of an attached server.</summary>
/// <param name="Endpoint">What the edge gets.</param>
/// <param name="ServerVersion">As the server said when it was attached, such as <c>15.8</c>.</param>
/// <param name="AttachedAt">When it was attached, or its URL replaced.</param>
public sealed record AttachedServer(AttachedEndpoint Endpoint, string ServerVersion, DateTimeOffset AttachedAt)
{
    /// <summary>The URL taken apart, to be shown without its password.</summary>
    public ServerUrl Url { get; } = ServerUrl.Parse(Endpoint.Url);

    /// <summary>Leaves the URL out, so that a log line cannot hold it.</summary>
    public override string ToString() => Endpoint.ToString();
}

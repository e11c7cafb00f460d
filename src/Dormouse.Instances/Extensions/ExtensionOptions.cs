namespace Dormouse.Instances.Extensions;

/// <summary>Bounds of adding and removing extensions.</summary>
public sealed class ExtensionOptions
{
    /// <summary>
    /// How long one may take, waking included. The largest script (PostGIS) runs for a few seconds; a tenant that holds locks ends the wait by
    /// PostgreSQL's own bound long before.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);
}

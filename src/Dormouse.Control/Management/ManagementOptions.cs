namespace Dormouse.Control.Management;

/// <summary>What the management endpoint and <c>/metrics</c> of a process need to know, be it a platform or an edge of its own.</summary>
public sealed class ManagementOptions
{
    /// <summary>The token that both ask for.</summary>
    public required string AdminToken { get; init; }

    /// <summary>A token that opens <c>/metrics</c> and nothing else; null: there is none.</summary>
    public string? MetricsToken { get; init; }

    /// <summary>Whether both answer at <see cref="ManagementDoor"/> alone, and apps' doors have nothing there.</summary>
    public bool HasOwnDoor { get; init; }

    /// <summary>The longest body of a management request; they hold a name or two.</summary>
    public int BodyBytesMax { get; init; } = 64 * 1024;

    /// <summary>How many series of metrics are kept, of about 300 bytes each.</summary>
    public int MetricSeriesMax { get; init; } = 1_000;
}

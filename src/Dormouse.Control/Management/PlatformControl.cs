using Dormouse.Contracts.Management;

namespace Dormouse.Control.Management;

/// <summary>What the management endpoint may know and do about the process that it runs in.</summary>
public sealed class PlatformControl
{
    /// <summary>Dormouse's version.</summary>
    public required string Version { get; init; }

    /// <summary>The front door's address.</summary>
    public required string Http { get; init; }

    /// <summary>How apps reach the front door over https at this moment; null: they do not.</summary>
    public Func<HttpsStatus?> Https { get; init; } = static () => null;

    /// <summary>The data folder.</summary>
    public required string Data { get; init; }

    /// <summary>When this process started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>What the host offers, a line each.</summary>
    public required IReadOnlyList<string> Host { get; init; }

    /// <summary>Which bounds of instances hold, and the memory of this moment; null: not known here.</summary>
    public Func<ResourceStatus?> Resources { get; init; } = static () => null;

    /// <summary>Of an edge of its own: how it stands to its origin.</summary>
    public Func<EdgeProcessStatus?> Edge { get; init; } = static () => null;

    /// <summary>Begins to stop the platform and its instances; returns at once.</summary>
    public required Action RequestStop { get; init; }
}

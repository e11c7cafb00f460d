namespace Dormouse.Contracts.Management;

/// <summary>An edge of its own, as it sees itself.</summary>
/// <param name="Origin">The platform's door for edges.</param>
/// <param name="Follows">Whether it has a lease: without one it serves nothing from its cache.</param>
/// <param name="Revision">The last revision of the log that it has applied; -1: none yet.</param>
public sealed record EdgeProcessStatus(string Origin, bool Follows, long Revision);

/// <param name="Name">The new edge's name.</param>
public sealed record AddEdgeRequest(string? Name);

/// <summary>An edge that may follow this platform.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Hint">The first characters of its token.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="Leases">How many processes follow with its token and have a lease now.</param>
public sealed record EdgeResource(string Id, string Name, string Hint, DateTimeOffset CreatedAt, int Leases)
{
    /// <summary>Only in the answer that made it: it is not kept.</summary>
    public string? Token { get; init; }

    /// <summary>Leaves the token out, so that a log line cannot hold it.</summary>
    public override string ToString() => $"{Id} {Name}";
}

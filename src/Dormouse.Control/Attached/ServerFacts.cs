namespace Dormouse.Control.Attached;

/// <summary>What a server said of itself when it was attached.</summary>
/// <param name="Version">Such as <c>15.8 (Debian 15.8-1)</c>.</param>
/// <param name="VersionNumber">Such as 150008.</param>
/// <param name="ConnectionsMax"><c>max_connections</c>.</param>
/// <param name="ConnectionsReserved">Those that only superusers and such get.</param>
/// <param name="ConnectionsUsed">By others, at that moment.</param>
/// <param name="LoginLimit">The lower of the role's and the database's own limits; null: there are none.</param>
internal sealed record ServerFacts(
    string Version,
    int VersionNumber,
    int ConnectionsMax,
    int ConnectionsReserved,
    int ConnectionsUsed,
    int? LoginLimit
)
{
    public bool IsSuperuser { get; init; }

    /// <summary>Whether the role may make schemas and extensions in the database.</summary>
    public bool CanCreate { get; init; }

    /// <summary>A standby: it refuses to write.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>How many connections this role could ever have.</summary>
    public int Allowed => Math.Min(ConnectionsMax - ConnectionsReserved, LoginLimit ?? int.MaxValue);

    /// <summary>How many it could have had at that moment.</summary>
    public int Free => Math.Min(Math.Max(0, ConnectionsMax - ConnectionsReserved - ConnectionsUsed), LoginLimit ?? int.MaxValue);

    /// <summary>What a person ought to know before relying on it.</summary>
    public IEnumerable<string> Notes()
    {
        if (IsSuperuser)
        {
            yield return "The role is a superuser, and an API key can do what its role can. A role that owns no more than its tables is safer.";
        }
        if (!CanCreate)
        {
            yield return "The role may not create schemas in this database, so 'db push' may be refused there; queries are not affected.";
        }
        if (IsReadOnly)
        {
            yield return "The server is a standby: it answers reads and refuses writes.";
        }
    }
}

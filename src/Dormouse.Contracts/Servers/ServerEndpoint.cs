namespace Dormouse.Contracts;

/// <summary>
/// A PostgreSQL that serves a database: an instance's, or an attached server. The same reference is handed out until it ends, so that it
/// can key a pool.
/// </summary>
/// <param name="Database">The database.</param>
/// <param name="MaxConnections">How many server connections the edge may hold open at once.</param>
/// <param name="Stopped">Cancelled when it may be used no longer: close what is open.</param>
public abstract record ServerEndpoint(DatabaseId Database, int MaxConnections, CancellationToken Stopped);

/// <summary>An attached server: somebody else runs it, and it is neither woken nor put to sleep.</summary>
/// <param name="Database">The database.</param>
/// <param name="Url">Where it is and as whom to log in, with the password; never logged.</param>
/// <param name="RootCertificates">The authorities, in PEM form, that may have signed its certificate; null: those of this machine.</param>
/// <param name="MaxConnections">As above.</param>
/// <param name="Stopped">As above: the database was detached, or its URL replaced.</param>
public sealed record AttachedEndpoint(
    DatabaseId Database,
    string Url,
    string? RootCertificates,
    int MaxConnections,
    CancellationToken Stopped
) : ServerEndpoint(Database, MaxConnections, Stopped)
{
    /// <summary>Leaves the URL out, so that a log line cannot hold it.</summary>
    public override string ToString() => $"{Database} on an attached server";
}

namespace Dormouse.Contracts.Management;

/// <param name="Name">The new database's name.</param>
/// <param name="ConnectionName">The name of its first connection; null: <c>default</c>.</param>
/// <param name="Class">What it is while little is asked of it: <c>small</c>, <c>medium</c> or <c>large</c>; null: small, or as the database that it is a copy of.</param>
/// <param name="MaxClass">What it may become under load; null: as that one, or what the platform says.</param>
public sealed record CreateDatabaseRequest(string? Name, string? ConnectionName = null, string? Class = null, string? MaxClass = null);

/// <param name="Class">What it is from now on while little is asked of it; null: as before.</param>
/// <param name="MaxClass">What it may become under load; null: as before.</param>
public sealed record ResizeRequest(string? Class = null, string? MaxClass = null);

/// <summary>Attaches a server, or replaces the one of an attached database.</summary>
/// <param name="Name">The new database's name; not read where one is replaced.</param>
/// <param name="Url"><c>postgres://user:password@host:port/database?…</c></param>
/// <param name="RootCertificates">The authorities, in PEM form, that may have signed its certificate; null: those of the platform's machine.</param>
/// <param name="VerifyCertificate">False: accept whatever certificate it shows.</param>
/// <param name="Connections">How many connections to open there at most; null: chosen by what the server has free.</param>
/// <param name="ConnectionName">The name of its first connection; null: <c>default</c>.</param>
public sealed record AttachRequest(
    string? Name,
    string? Url,
    string? RootCertificates = null,
    bool? VerifyCertificate = null,
    int? Connections = null,
    string? ConnectionName = null
)
{
    /// <summary>Leaves the URL out, so that a log line cannot hold it.</summary>
    public override string ToString() => $"attach {Name}";
}

/// <param name="Name">The new connection's name.</param>
/// <param name="ExpiresInSeconds">How long its key is valid; null: for ever.</param>
public sealed record CreateConnectionRequest(string? Name, long? ExpiresInSeconds = null);

/// <param name="OverlapSeconds">How long the old key stays valid beside the new one; null: a day.</param>
public sealed record RotateConnectionRequest(long? OverlapSeconds = null);

/// <param name="To">The major version of PostgreSQL to upgrade to.</param>
public sealed record UpgradeRequest(int? To);

/// <param name="To"><c>frozen</c>, <c>reclaimed</c> or <c>stopped</c>; null: frozen.</param>
public sealed record SleepRequest(string? To = null);

/// <param name="Sql">A script of one or more statements, run as the role <c>app</c> in one transaction unless it says otherwise.</param>
public sealed record ExecuteRequest(string? Sql);

/// <param name="Schemas">The database schemas that must hold no tables, views or types before.</param>
/// <param name="Statements">
/// What creates everything, one statement each, run as the role <c>app</c> in one transaction in which names lead to <c>public</c>.
/// </param>
public sealed record PushRequest(IReadOnlyList<string>? Schemas, IReadOnlyList<string>? Statements);

/// <param name="Tags">Answers that have one of these tags are forgotten.</param>
/// <param name="All">Instead of tags: all of the database's answers are.</param>
public sealed record InvalidateRequest(IReadOnlyList<string>? Tags = null, bool All = false);

/// <summary>The body of every answer of the management endpoint that is no success.</summary>
public sealed record ErrorResponse(ErrorBody Error);

/// <param name="Code">A stable code such as <c>DM2001</c>.</param>
/// <param name="Message">What went wrong, the value concerned, and what to do.</param>
public sealed record ErrorBody(string Code, string Message);

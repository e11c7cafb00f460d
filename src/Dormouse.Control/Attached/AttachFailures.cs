using Dormouse.Contracts;
using Dormouse.Control.Databases;
using Dormouse.Postgres;

namespace Dormouse.Control.Attached;

/// <summary>Why a server cannot be attached. None of the texts holds a password: they name the server by user, host and database.</summary>
internal static class AttachFailures
{
    public static DormouseException Url(string what) =>
        new(FailureKind.Caller, "DM2051", $"The URL of the PostgreSQL server cannot be used: {what}.");

    public static DormouseException Certificates() =>
        new(
            FailureKind.Caller,
            "DM2060",
            "The file of certificate authorities holds no certificate in PEM form (-----BEGIN CERTIFICATE-----), or a damaged one."
        );

    public static DormouseException Refused(ServerUrl url, PostgresException refused)
    {
        string said = PostgresFailureText.Of(refused);
        return refused.SqlState switch
        {
            SqlState.InvalidPassword or SqlState.InvalidAuthorization => new(
                FailureKind.Caller,
                "DM2052",
                $"The server refuses the log-in of {url}: {said}. Check user and password (special characters in a URL are written as %40 and such), "
                    + "and that its pg_hba.conf admits this machine.",
                refused
            ),
            SqlState.InvalidDatabase => new(
                FailureKind.Caller,
                "DM2053",
                $"The server at {url.Host} has no database '{url.Database}': {said}. Check the last part of the URL.",
                refused
            ),
            SqlState.TooManyConnections => new(
                FailureKind.Compute,
                "DM2054",
                $"The server at {url.Host} takes no more connections: {said}. Close some elsewhere or raise its max_connections, then try again.",
                refused
            ),
            // What PgBouncer says of settings that it does not pass on.
            "08P01" when refused.MessageText.Contains("startup parameter", StringComparison.Ordinal) => Pooler(url, said, refused),
            _ => new(FailureKind.Postgres, "DM2057", $"The server at {url.Host} refuses: {said}.", refused),
        };
    }

    public static DormouseException TooFewConnections(ServerUrl url, ServerFacts facts, int wanted) =>
        new(
            FailureKind.Caller,
            "DM2054",
            $"{wanted} connections are too many for {url.Host}: it allows {facts.ConnectionsMax}, keeps {facts.ConnectionsReserved} for superusers"
                + (facts.LoginLimit is { } limit ? $", limits this role or database to {limit}" : "")
                + $", and {facts.ConnectionsUsed} are in use. Say less by --connections (at least {Attachment.ConnectionsMin}), close some elsewhere, "
                + "or raise its max_connections."
        );

    public static DormouseException Version(ServerUrl url, string version, int oldest, int newest) =>
        new(
            FailureKind.Caller,
            "DM2055",
            $"The server at {url.Host} is PostgreSQL {version}; versions {oldest} to {newest} can be attached. Upgrade it, or use a newer Dormouse."
        );

    public static DormouseException Pooler(ServerUrl url, string why, Exception? cause = null) =>
        new(
            FailureKind.Caller,
            "DM2056",
            $"Before the server at {url.Host} stands a connection pooler that cannot be used: {why}. Dormouse is a pool itself and needs sessions of "
                + "its own: give it the direct address (at Neon the host without '-pooler'; at Supabase the direct or the session address, port 5432).",
            cause
        );

    public static DormouseException NotAttached(Database database) =>
        new(
            FailureKind.Conflict,
            "DM2059",
            $"The database '{database.Name}' is not attached: its data is in an instance of this platform. To remove it and its data for good, say "
                + $"'./dormouse db delete {database.Name}'."
        );

    public static DormouseException NoInstance(Database database) =>
        new(
            FailureKind.Conflict,
            "DM2058",
            $"The database '{database.Name}' is attached: its PostgreSQL is not run by this platform, which can neither wake it nor put it to sleep."
        );
}

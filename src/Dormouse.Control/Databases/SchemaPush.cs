using System.Globalization;
using System.Text;
using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Postgres;

namespace Dormouse.Control.Databases;

/// <summary>
/// Creates in an empty database what a schema describes, as the tenant's role and in one transaction: 1. begin, and wait for other
/// pushes; 2. look whether the database schemas are empty; 3. run the statements; 4. commit. Whatever goes wrong before 4, nothing has
/// changed.
/// </summary>
/// <remarks>
/// Statements go by the extended protocol, which takes one at a time: no text in a schema, such as a default of the author's, can end
/// the transaction or begin another statement.
/// </remarks>
public sealed class SchemaPush
{
    // The session is as PostgreSQL's defaults have it, whatever the role's own settings say: the statements count on them, the look at
    // the catalogs needs a snapshot that is younger than the lock. The lock's number is "DMPUSH" in ASCII.
    private const string Begin = """
        BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
        SET LOCAL search_path TO public;
        SET LOCAL standard_conforming_strings TO on;
        SET LOCAL lock_timeout TO '60s';
        SELECT pg_advisory_xact_lock(75098850939720)
        """;

    // What extensions brought along does not count, nor do the sequences and row types that belong to tables.
    private const string FirstThing = """
        WITH considered AS (
            SELECT oid, nspname FROM pg_namespace WHERE nspname IN (SELECT jsonb_array_elements_text($1::jsonb))
        ), things AS (
            SELECT CASE c.relkind
                       WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence'
                       ELSE 'table'
                   END AS kind, s.nspname, c.relname AS name, 'pg_class'::regclass AS catalog, c.oid
            FROM pg_class c JOIN considered s ON s.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
            UNION ALL
            SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END, s.nspname, t.typname, 'pg_type'::regclass, t.oid
            FROM pg_type t JOIN considered s ON s.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
            WHERE t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c')
        )
        SELECT kind || ' ' || quote_ident(nspname) || '.' || quote_ident(name), count(*) OVER ()
        FROM things
        WHERE NOT EXISTS (
            SELECT FROM pg_depend d
            WHERE d.classid = things.catalog AND d.objid = things.oid
                AND (d.deptype = 'e' OR (things.kind = 'sequence' AND d.deptype IN ('a', 'i')))
        )
        ORDER BY kind <> 'table', nspname, name
        LIMIT 1
        """;

    private const string CreateExtension = "CREATE EXTENSION ";

    private readonly ControlOptions options;
    private readonly TenantSessions sessions;

    internal SchemaPush(ControlOptions options, TenantSessions sessions)
    {
        this.options = options;
        this.sessions = sessions;
    }

    /// <param name="id">The database.</param>
    /// <param name="schemas">The database schemas that must be empty before.</param>
    /// <param name="statements">What creates everything, one statement each.</param>
    /// <param name="cancellationToken">Gives up and undoes, until the commit.</param>
    /// <exception cref="DormouseException">
    /// <see cref="FailureKind.Conflict"/>: the database is not empty. <see cref="FailureKind.Postgres"/>: a statement failed.
    /// </exception>
    public async Task RunAsync(
        DatabaseId id,
        IReadOnlyList<string> schemas,
        IReadOnlyList<string> statements,
        CancellationToken cancellationToken
    )
    {
        if (statements.Sum(statement => (long)Encoding.UTF8.GetByteCount(statement)) > options.ScriptBytesMax)
        {
            throw new DormouseException(
                FailureKind.Caller,
                "DM2021",
                $"The schema takes more than {options.ScriptBytesMax} bytes of SQL. Create its tables by scripts, in parts."
            );
        }
        try
        {
            await using TenantSession session = await sessions.OpenAsync(id, "dormouse push", cancellationToken);
            ServerConnection connection = session.Connection;
            await connection.ExecuteSimpleAsync(Begin, cancellationToken);
            await RefuseUnlessEmptyAsync(connection, schemas, cancellationToken);
            for (int index = 0; index < statements.Count; index++)
            {
                await RunAsync(connection, statements, index, cancellationToken);
            }
            cancellationToken.ThrowIfCancellationRequested();
            // From here on the caller finds it done, even if nobody waits for the answer any more.
            await connection.ExecuteSimpleAsync("COMMIT", CancellationToken.None);
        }
        catch (PostgresException exception)
        {
            throw new DormouseException(
                FailureKind.Postgres,
                "DM2027",
                $"PostgreSQL refused: {PostgresFailureText.Of(exception)}. Nothing was created.",
                exception
            );
        }
        catch (ServerConnectionException exception)
        {
            FailureKind kind = exception.Failure == ServerFailure.NulInText ? FailureKind.Caller : FailureKind.Compute;
            throw new DormouseException(kind, exception.Code, exception.Message, exception);
        }
    }

    private static async Task RefuseUnlessEmptyAsync(
        ServerConnection connection,
        IReadOnlyList<string> schemas,
        CancellationToken cancellationToken
    )
    {
        string names = JsonSerializer.Serialize(schemas, ManagementJson.Default.IReadOnlyListString);
        var found = new TextRows();
        await connection.ExecuteAsync(FirstThing, new[] { new WireParameter(names, 0) }, found, cancellationToken);
        if (found.Rows is not [[{ } first, { } count]])
        {
            return;
        }
        string more = count == "1" ? "" : $" and {int.Parse(count, CultureInfo.InvariantCulture) - 1} more";
        throw new DormouseException(
            FailureKind.Conflict,
            "DM2026",
            $"The database is not empty: it has the {first}{more}. A push fills empty databases only, migrations come later. "
                + "Nothing was changed."
        );
    }

    private static async Task RunAsync(
        ServerConnection connection,
        IReadOnlyList<string> statements,
        int index,
        CancellationToken cancellationToken
    )
    {
        string statement = statements[index];
        try
        {
            await connection.ExecuteAsync(statement, default, new TextRows(), cancellationToken);
        }
        catch (PostgresException exception) when (statement.StartsWith(CreateExtension, StringComparison.Ordinal))
        {
            throw new DormouseException(FailureKind.Postgres, "DM2028", DescribeExtension(exception, statement), exception);
        }
        catch (PostgresException exception)
        {
            // Each table takes a handful of locks until the commit, and the room for locks is fixed when an instance starts.
            string reason =
                exception.SqlState == SqlState.OutOfMemory
                    ? " So many tables do not fit into one transaction of this PostgreSQL; it has room for some 600."
                    : "";
            throw new DormouseException(
                FailureKind.Postgres,
                "DM2027",
                $"PostgreSQL refused statement {index + 1} of {statements.Count}: {PostgresFailureText.Of(exception)}.{reason} Nothing was "
                    + $"created. The statement's line: {Line(statement, exception.Position)}",
                exception
            );
        }
    }

    private static string DescribeExtension(PostgresException exception, string statement)
    {
        string reason = exception.SqlState switch
        {
            SqlState.InsufficientPrivilege =>
                "It takes rights that the role 'app' does not have: a database's owner may create only extensions that PostgreSQL trusts.",
            SqlState.FeatureNotSupported => "The PostgreSQL of this database does not have it.",
            _ => "",
        };
        return $"PostgreSQL refused '{statement}': {PostgresFailureText.Of(exception)}. {reason} Nothing was created.".Replace("  ", " ");
    }

    private static string Line(string statement, int position)
    {
        int line = position > 0 ? PostgresFailureText.LineAndColumn(statement, position).Line : 1;
        return statement.Split('\n')[line - 1].Trim();
    }
}

using System.Text;
using System.Text.RegularExpressions;

namespace Dormouse.Query.Failures;

/// <summary>PostgreSQL's errors in the words of protocol A: the code, the text and the meta that Prisma's native engine of 6.x gives them.</summary>
internal static partial class OperationErrors
{
    private const string NotAvailable = "(not available)";

    /// <param name="isRaw">The statement is the user's own SQL: its errors keep their SQLSTATE.</param>
    public static PlanException ToPlanException(DatabaseError error, bool isRaw, Exception? cause = null)
    {
        if (isRaw)
        {
            return RawQueryFailed(error.SqlState, RawMessage(error), cause);
        }

        return error.SqlState switch
        {
            "22001" => Known(
                "P2000",
                $"The provided value for the column is too long for the column's type. Column: {error.Column ?? NotAvailable}",
                FailureMeta.Of(("column_name", error.Column ?? NotAvailable)),
                cause
            ),
            "22003" => Known(
                "P2020",
                $"Value out of range for the type: {error.Message}",
                FailureMeta.Of(("details", error.Message)),
                cause
            ),
            "23505" => OfConstraint("P2002", "Unique constraint failed on the", "target", KeyOf(error), cause),
            "23502" => OfConstraint("P2011", "Null constraint violation on the", "constraint", ColumnOf(error), cause),
            // 23001 is what PostgreSQL 18 says of a key with RESTRICT; the engine of 6.x is older than that, its users expect P2003.
            "23503" or "23001" => OfConstraint("P2003", "Foreign key constraint violated on the", "constraint", ForeignKeyOf(error), cause),
            "40001" or "40P01" => Known(
                "P2034",
                "Transaction failed due to a write conflict or a deadlock. Please retry your transaction",
                FailureMeta.Of(),
                cause
            ),
            "42P01" => Named("P2021", "The table `{0}` does not exist in the current database.", "table", Word(error, 1), cause),
            "42703" => Named("P2022", "The column `{0}` does not exist in the current database.", "column", MissingColumn(error), cause),
            "53300" => Known(
                "P2037",
                $"Too many database connections opened: {error.Message}",
                FailureMeta.Of(("message", error.Message)),
                cause
            ),
            "3D000" => Named("P1003", "Database `{0}` does not exist", "database_name", Word(error, 1), cause),
            "28000" => Named("P1010", "User was denied access on the database `{0}`", "database_name", Word(error, 5), cause),
            "42P04" => Named("P1009", "Database `{0}` already exists on the database server", "database_name", Word(error, 1), cause),
            "28P01" => Named(
                "P1000",
                "Authentication failed against database server, the provided database credentials for `{0}` are not valid.\n\n"
                    + "Please make sure to provide valid database credentials for the database server at the configured address.",
                "database_user",
                Word(error, -1),
                cause
            ),
            _ => Unknown(error, cause),
        };
    }

    /// <summary>A result of the user's own SQL, or of a model, has a column of a type that cannot be carried.</summary>
    public static PlanException UnsupportedType(string type, bool isRaw)
    {
        var text =
            $"Failed to deserialize column of type '{type}'. If you're using $queryRaw and this column is explicitly marked as "
            + "`Unsupported` in your Prisma schema, try casting this column to any supported Prisma type such as `String`.";
        return isRaw ? RawQueryFailed("N/A", text, null) : new PlanException(null, text);
    }

    private static PlanException RawQueryFailed(string code, string message, Exception? cause) =>
        Known(
            "P2010",
            $"Raw query failed. Code: `{code}`. Message: `{message}`",
            FailureMeta.Of(("code", code), ("message", message)),
            cause
        );

    /// <summary>Kinds that the engine knows keep their bare message, constraints their detail, all others look as psql shows them.</summary>
    private static string RawMessage(DatabaseError error)
    {
        switch (error.SqlState)
        {
            case "23505" or "23502" when error.Detail is { } detail:
                return detail;
            case "22003" or "23505" or "23502" or "23503" or "3D000" or "28000" or "28P01" or "40001" or "42P01" or "42703" or "42P04":
                return error.Message;
            default:
                var text = new StringBuilder($"{error.Severity}: {error.Message}");
                text.Append(error.Detail is null ? "" : $"\nDETAIL: {error.Detail}");
                text.Append(error.Hint is null ? "" : $"\nHINT: {error.Hint}");
                return text.ToString();
        }
    }

    /// <summary>An error that the engine has no code for: its own rendering of it, which ends in the application's logs.</summary>
    private static PlanException Unknown(DatabaseError error, Exception? cause)
    {
        var inner =
            $"code: {DebugText.Of(error.SqlState)}, message: {DebugText.Of(error.Message)}, severity: {DebugText.Of(error.Severity)}, "
            + $"detail: {DebugText.OfOption(error.Detail)}, column: {DebugText.OfOption(error.Column)}, hint: {DebugText.OfOption(error.Hint)}";
        return new PlanException(
            null,
            "Error occurred during query execution:\nConnectorError(ConnectorError { user_facing_error: None, "
                + $"kind: QueryError(PostgresError {{ {inner} }}), transient: false }})",
            default,
            cause
        );
    }

    private static PlanException Named(string code, string text, string field, string? name, Exception? cause) =>
        Known(
            code,
            text.Replace("{0}", name ?? NotAvailable, StringComparison.Ordinal),
            FailureMeta.Of((field, name ?? NotAvailable)),
            cause
        );

    private static PlanException OfConstraint(string code, string text, string field, Constraint constraint, Exception? cause) =>
        Known(code, $"{text} {constraint}", FailureMeta.OfConstraint(field, constraint.Fields, constraint.Name), cause);

    private static PlanException Known(string code, string message, ReadOnlyMemory<byte> meta, Exception? cause) =>
        new(code, message, meta, cause);

    /// <summary><c>Key ("authorId", slug)=(1, p1) already exists.</c></summary>
    private static Constraint KeyOf(DatabaseError error)
    {
        var match = error.Detail is null ? Match.Empty : KeyInDetail().Match(error.Detail);
        return match.Success
            ? new Constraint(match.Groups[1].Value.Replace("\"", "", StringComparison.Ordinal).Split(", "), null)
            : default;
    }

    private static Constraint ColumnOf(DatabaseError error) => error.Column is { } column ? new Constraint([column], null) : default;

    private static Constraint ForeignKeyOf(DatabaseError error)
    {
        if (error.Column is { } column)
        {
            return new Constraint([column], null);
        }

        var match = ForeignKeyInMessage().Match(error.Message);
        return new Constraint(null, match.Success ? match.Groups[1].Value : error.Constraint);
    }

    /// <summary>What stands in quotes in a word of the message; -1 is the last word.</summary>
    private static string? Word(DatabaseError error, int index)
    {
        var words = error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return index < words.Length && words.Length > 0 && words[index < 0 ? ^1 : index].Split('"') is { Length: > 1 } parts
            ? parts[1]
            : null;
    }

    /// <summary><c>column "a" of relation "t" does not exist</c> or <c>column t0.a does not exist</c>, where t0 is a name of ours.</summary>
    private static string? MissingColumn(DatabaseError error)
    {
        if (Word(error, 1) is { Length: > 0 } quoted)
        {
            return quoted;
        }

        var words = error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1 ? OwnAlias().Replace(words[1].Split('"')[0], "") : null;
    }

    [GeneratedRegex(@"^[^(]* \((.*?)\)=\(", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex KeyInDetail();

    [GeneratedRegex("foreign key constraint \"([^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex ForeignKeyInMessage();

    [GeneratedRegex(@"^t\d+\.", RegexOptions.CultureInvariant)]
    private static partial Regex OwnAlias();

    /// <summary>A constraint by its columns, by its name, or unknown.</summary>
    private readonly record struct Constraint(string[]? Fields, string? Name)
    {
        public override string ToString() =>
            Fields is not null ? $"fields: ({string.Join(",", Fields.Select(field => $"`{field}`"))})"
            : Name is not null ? $"constraint: `{Name}`"
            : NotAvailable;
    }
}

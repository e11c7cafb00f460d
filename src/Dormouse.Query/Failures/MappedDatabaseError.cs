using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dormouse.Query.Failures;

/// <summary>A PostgreSQL error by its kind: the code and message for the user, and the fields of the kind in the order of the reference.</summary>
internal sealed partial record MappedDatabaseError(string Kind, string? Code, string Message)
{
    private const string NotAvailable = "(not available)";

    public string? Table { get; private init; }

    private (string Name, string? Value)[] Fields { get; init; } = [];

    private ConstraintName Constraint { get; init; }

    public static MappedDatabaseError Of(DatabaseError error) =>
        error.SqlState switch
        {
            "22001" => new("LengthMismatch", "P2000", TooLong(error.Column)) { Fields = [("column", error.Column)] },
            "22003" => new("ValueOutOfRange", "P2020", $"Value out of range for the type: {error.Message}")
            {
                Fields = [("cause", error.Message)],
            },
            "22P02" => new("InvalidInputValue", "P2007", $"Invalid input value: {error.Message}") { Fields = [("message", error.Message)] },
            "23505" => Unique(error),
            "23502" => WithConstraint("NullConstraintViolation", "P2011", "Null constraint violation on the", FieldsOf(error.Detail)),
            "23503" => ForeignKey("ForeignKeyConstraintViolation", error),
            "23001" => ForeignKey("RestrictViolation", error),
            "3D000" => Named(
                "DatabaseDoesNotExist",
                "P1003",
                "db",
                QuotedWord(error.Message, 1),
                "Database `{0}` does not exist on the database server"
            ),
            "28000" => Named(
                "DatabaseAccessDenied",
                "P1010",
                "db",
                DeniedDatabase(error.Message),
                "User was denied access on the database `{0}`"
            ),
            "28P01" => Named(
                "AuthenticationFailed",
                "P1000",
                "user",
                QuotedWord(error.Message, -1),
                "Authentication failed against the database server, the provided database credentials for `{0}` are not valid"
            ),
            "40001" or "40P01" => new(
                "TransactionWriteConflict",
                "P2034",
                "Transaction failed due to a write conflict or a deadlock. Please retry your transaction"
            ),
            "42P01" => Named(
                "TableDoesNotExist",
                "P2021",
                "table",
                QuotedWord(error.Message, 1),
                "The table `{0}` does not exist in the current database."
            ),
            "42703" => Named(
                "ColumnNotFound",
                "P2022",
                "column",
                ColumnIn(error.Message),
                "The column `{0}` does not exist in the current database."
            ),
            "42P04" => Named(
                "DatabaseAlreadyExists",
                "P1009",
                "db",
                QuotedWord(error.Message, 1),
                "Database `{0}` already exists on the database server"
            ),
            "53300" => new("TooManyConnections", "P2037", $"Too many database connections opened: {error.Message}")
            {
                Fields = [("cause", error.Message)],
            },
            _ => Other(error),
        };

    /// <summary>Writes the kind and its fields; fields without a value are left out.</summary>
    public void WriteCause(Utf8JsonWriter writer)
    {
        writer.WriteString("kind"u8, Kind);
        Constraint.Write(writer);
        foreach (var (name, value) in Fields)
        {
            if (value is not null)
            {
                writer.WriteString(name, value);
            }
        }
    }

    private static MappedDatabaseError Unique(DatabaseError error)
    {
        var fields = FieldsOf(error.Detail).Fields;
        var constraint = string.IsNullOrEmpty(error.Constraint)
            ? new ConstraintName(fields, null)
            : new ConstraintName(null, error.Constraint);
        var table = error.Table;
        if (table is null && fields is { Length: > 0 })
        {
            var suffix = $"_{string.Join('_', fields)}_key";
            table = error.Constraint?.EndsWith(suffix, StringComparison.Ordinal) == true ? error.Constraint[..^suffix.Length] : null;
        }

        return WithConstraint("UniqueConstraintViolation", "P2002", "Unique constraint failed on the", constraint) with
        {
            Table = table,
            Fields = [("table", table)],
        };
    }

    private static MappedDatabaseError ForeignKey(string kind, DatabaseError error) =>
        WithConstraint(
            kind,
            "P2003",
            "Foreign key constraint violated on the",
            !string.IsNullOrEmpty(error.Column) ? new ConstraintName([error.Column], null)
                : !string.IsNullOrEmpty(error.Constraint) ? new ConstraintName(null, error.Constraint)
                : default
        );

    private static MappedDatabaseError WithConstraint(string kind, string code, string text, ConstraintName constraint) =>
        new(kind, code, $"{text} {constraint}") { Constraint = constraint };

    private static MappedDatabaseError Named(string kind, string code, string field, string? name, string text) =>
        new(kind, code, text.Replace("{0}", name ?? NotAvailable, StringComparison.Ordinal)) { Fields = [(field, name)] };

    private static MappedDatabaseError Other(DatabaseError error) =>
        new("postgres", null, error.Message)
        {
            Fields =
            [
                ("code", error.SqlState),
                ("severity", error.Severity),
                ("message", error.Message),
                ("detail", error.Detail),
                ("column", error.Column),
                ("hint", error.Hint),
            ],
        };

    private static string TooLong(string? column) =>
        $"The provided value for the column is too long for the column's type. Column: {column ?? NotAvailable}";

    private static ConstraintName FieldsOf(string? detail)
    {
        var match = detail is null ? Match.Empty : KeyInDetail().Match(detail);
        return match.Success ? new ConstraintName(match.Groups[1].Value.Split(", "), null) : default;
    }

    /// <summary>What stands in the first pair of quotes of a word of the message; -1 is the last word.</summary>
    private static string? QuotedWord(string message, int index)
    {
        var words = message.Split(' ');
        return index < words.Length && words[index < 0 ? ^1 : index].Split('"') is { Length: > 1 } parts ? parts[1] : null;
    }

    private static string? DeniedDatabase(string message) =>
        message.Split(',').FirstOrDefault(part => part.StartsWith(" database", StringComparison.Ordinal))?.Split('"')
            is { Length: > 1 } parts
            ? parts[1]
            : null;

    private static string? ColumnIn(string message)
    {
        var match = MissingColumn().Match(message);
        return match.Success
            ? QuotedIdentifier().Replace(match.Groups[1].Value, id => id.Groups[1].Value.Replace("\"\"", "\"", StringComparison.Ordinal))
            : null;
    }

    [GeneratedRegex(@"Key \(([^)]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex KeyInDetail();

    [GeneratedRegex(@"^column (.+) does not exist$", RegexOptions.CultureInvariant)]
    private static partial Regex MissingColumn();

    [GeneratedRegex("\"((?:\"\"|[^\"])*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedIdentifier();

    /// <summary>A constraint by its fields or by its name.</summary>
    private readonly record struct ConstraintName(string[]? Fields, string? Index)
    {
        public void Write(Utf8JsonWriter writer)
        {
            if (Fields is null && Index is null)
            {
                return;
            }

            writer.WriteStartObject("constraint"u8);
            if (Index is not null)
            {
                writer.WriteString("index"u8, Index);
            }
            else
            {
                writer.WriteStartArray("fields"u8);
                foreach (var field in Fields!)
                {
                    writer.WriteStringValue(field);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        public override string ToString() =>
            Fields is not null ? $"fields: ({string.Join(", ", Fields.Select(f => $"`{f}`"))})"
            : Index is not null ? $"constraint: `{Index}`"
            : NotAvailable;
    }
}

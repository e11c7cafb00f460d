namespace Dormouse.Postgres;

/// <summary>
/// PostgreSQL answered with an error. The connection stays usable unless the error was fatal. What went wrong on the way to the server
/// is a <see cref="ServerConnectionException"/> instead.
/// </summary>
public sealed class PostgresException(PostgresErrorFields fields) : Exception($"{fields.SqlState}: {fields.MessageText}")
{
    /// <summary>All fields of the server's answer.</summary>
    public PostgresErrorFields Fields { get; } = fields;

    /// <summary><c>ERROR</c>, <c>FATAL</c> or <c>PANIC</c>, never translated.</summary>
    public string Severity => Fields.Severity;

    /// <summary>The five-character code; see <see cref="Postgres.SqlState"/>.</summary>
    public string SqlState => Fields.SqlState;

    public string MessageText => Fields.MessageText;
    public string? Detail => Fields.Detail;
    public string? Hint => Fields.Hint;

    /// <summary>Where in the SQL text, in characters from 1; 0 when unknown.</summary>
    public int Position => Fields.Position;

    public string? Schema => Fields.Schema;
    public string? Table => Fields.Table;
    public string? Column => Fields.Column;
    public string? DataType => Fields.DataType;
    public string? Constraint => Fields.Constraint;
    public string? Where => Fields.Where;
    public string? File => Fields.File;
    public string? Line => Fields.Line;
    public string? Routine => Fields.Routine;

    /// <summary>The server ended the session with this error.</summary>
    public bool IsFatal => Severity is "FATAL" or "PANIC";
}

/// <summary>The fields of PostgreSQL's ErrorResponse and NoticeResponse (protocol chapter 54.8).</summary>
public sealed record PostgresErrorFields
{
    public string Severity { get; init; } = "";
    public string SqlState { get; init; } = "";
    public string MessageText { get; init; } = "";
    public string? Detail { get; init; }
    public string? Hint { get; init; }
    public int Position { get; init; }
    public int InternalPosition { get; init; }
    public string? InternalQuery { get; init; }
    public string? Where { get; init; }
    public string? Schema { get; init; }
    public string? Table { get; init; }
    public string? Column { get; init; }
    public string? DataType { get; init; }
    public string? Constraint { get; init; }
    public string? File { get; init; }
    public string? Line { get; init; }
    public string? Routine { get; init; }
}

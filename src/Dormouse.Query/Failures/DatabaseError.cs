namespace Dormouse.Query.Failures;

/// <summary>The fields of PostgreSQL's ErrorResponse that decide what a client is told.</summary>
public sealed record DatabaseError
{
    public required string SqlState { get; init; }

    public required string Message { get; init; }

    public required string Severity { get; init; }

    public string? Detail { get; init; }

    public string? Hint { get; init; }

    public string? Table { get; init; }

    public string? Column { get; init; }

    public string? Constraint { get; init; }

    /// <summary>Without the ends of long texts: PostgreSQL repeats the values that it does not like.</summary>
    internal DatabaseError Brief() =>
        this with
        {
            Message = FailureText.Cut(Message),
            Detail = Detail is null ? null : FailureText.Cut(Detail),
            Hint = Hint is null ? null : FailureText.Cut(Hint),
        };
}

/// <summary>PostgreSQL refused a statement. A session throws it; the interpreter turns it into a <see cref="PlanException"/>.</summary>
public sealed class DatabaseErrorException(DatabaseError error, Exception? cause = null) : Exception(error.Message, cause)
{
    public DatabaseError Error { get; } = error;
}

namespace Dormouse.Query.Failures;

/// <summary>The failures of the interpreter itself, each with its text in one place.</summary>
internal static class PlanFailure
{
    /// <summary>What the reference answers with 500 and no code.</summary>
    public static PlanException Plain(string message, Exception? cause = null) => new(null, message, default, cause);

    /// <summary>A plan that no compiler makes: broken, hostile, or of a version that this one does not know.</summary>
    public static PlanException Malformed(string message, Exception? cause = null) =>
        new(null, $"The query plan cannot be read: {message}", default, cause);

    public static PlanException UnknownNode(string type) =>
        Plain(
            $"The query plan has a node of type '{type}', which this version of Dormouse does not know. Use a client of a supported version."
        );

    public static PlanException LimitExceeded(string what, long limit) =>
        Plain($"The request goes beyond a limit of this server: {what} (at most {limit}).");

    public static PlanException Inconsistent(string message) => new("P2023", message);

    public static PlanException TooManyParameters() => new("P2029", "The query parameter limit supported by your database is exceeded.");
}

namespace Dormouse.Query.Failures;

/// <summary>PostgreSQL's errors in the words of protocol B.</summary>
public static class DatabaseErrors
{
    /// <summary>What the client is told. <paramref name="raw"/>: the statement was written by the user ($queryRaw, $executeRaw).</summary>
    public static PlanException ToPlanException(DatabaseError error, bool raw, Exception? cause = null)
    {
        throw new NotSupportedException("The error table comes with the next commit.");
    }
}

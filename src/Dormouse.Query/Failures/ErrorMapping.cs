namespace Dormouse.Query.Failures;

/// <summary>How errors of PostgreSQL become errors of a protocol: the same failures, with other codes, texts and details.</summary>
public abstract class ErrorMapping
{
    public static readonly ErrorMapping OfPlans = new PlanErrorMapping();
    public static readonly ErrorMapping OfOperations = new OperationErrorMapping();

    /// <param name="isRaw">The statement is the user's own SQL: its errors keep their SQLSTATE.</param>
    public abstract PlanException Map(DatabaseError error, bool isRaw, Exception cause);

    /// <summary>A result has a column of a type that the protocol cannot carry.</summary>
    public abstract PlanException UnsupportedType(string type, bool isRaw);

    /// <summary>Protocol B: what Prisma's plan executor answers.</summary>
    private sealed class PlanErrorMapping : ErrorMapping
    {
        public override PlanException Map(DatabaseError error, bool isRaw, Exception cause) =>
            DatabaseErrors.ToPlanException(error.Brief(), isRaw, cause);

        public override PlanException UnsupportedType(string type, bool isRaw) => DatabaseErrors.UnsupportedType(type, isRaw);
    }

    /// <summary>Protocol A: what Prisma's query engine answers.</summary>
    private sealed class OperationErrorMapping : ErrorMapping
    {
        public override PlanException Map(DatabaseError error, bool isRaw, Exception cause) =>
            OperationErrors.ToPlanException(error.Brief(), isRaw, cause);

        public override PlanException UnsupportedType(string type, bool isRaw) => OperationErrors.UnsupportedType(type, isRaw);
    }
}

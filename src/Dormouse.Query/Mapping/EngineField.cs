using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Rows;

namespace Dormouse.Query.Mapping;

/// <summary>
/// What Prisma's query engine, other than its plan executor, holds a field's values to: protocol A is answered by these rules.
/// </summary>
/// <param name="Name">As the Prisma schema names the field.</param>
/// <param name="TypeName">As the Prisma schema names its type.</param>
/// <param name="IsRequired">NULL is an error.</param>
/// <param name="FloatDigits">How many digits it keeps of a floating-point number: 16 of a double, 7 of a real.</param>
/// <param name="Column">The type of its column, for values that come without one: inside of aggregated records.</param>
internal sealed record EngineField(string Name, string TypeName, bool IsRequired, int FloatDigits, PgType Column)
{
    /// <summary>NULL where there must be a value, or in a list.</summary>
    public PlanException NullFound() => QueryFailure.NullFound(Name, TypeName);

    public PlanException CannotConvert(ReadOnlySpan<byte> value) =>
        QueryFailure.InconsistentColumn(
            $"Could not convert value \"{Encoding.UTF8.GetString(value)}\" of the field `{Name}` to type `{TypeName}`."
        );
}

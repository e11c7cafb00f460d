using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads.Joined;

/// <summary>
/// Scalars inside of aggregated JSON, in the very text in which PostgreSQL sends them in a row. Its JSON functions write most types by the
/// type's own output function, with all digits of a number; what they would write in a form of their own is made text before.
/// </summary>
internal static class JoinedScalars
{
    public static void Write(SqlBuilder sql, ScalarField field, string alias)
    {
        // Lists would become JSON's arrays, and documents parts of the JSON around them. An enum is looked at for a cast to JSON.
        var isOwnForm = field.IsList || field.Enum is not null || field.Type is ScalarType.DateTime or ScalarType.Json;
        sql.Column(alias, field).Text(isOwnForm ? "::text" : "");
    }

    /// <summary>The type that PostgreSQL names for the column in a row.</summary>
    public static uint TypeOf(ScalarField field)
    {
        var (scalar, list) = (field.Type, field.NativeType?.Name) switch
        {
            (ScalarType.Int, "Oid") => (26u, 1028u),
            (ScalarType.Int, _) => (23u, 1007u),
            (ScalarType.BigInt, _) => (20u, 1016u),
            (ScalarType.Float, "Real") => (700u, 1021u),
            (ScalarType.Float, _) => (701u, 1022u),
            (ScalarType.Decimal, "Money") => (790u, 791u),
            (ScalarType.Decimal, _) => (1700u, 1231u),
            (ScalarType.DateTime, "Date") => (1082u, 1182u),
            (ScalarType.DateTime, "Time") => (1083u, 1183u),
            (ScalarType.DateTime, "Timetz") => (1266u, 1270u),
            (ScalarType.DateTime, "Timestamptz") => (1184u, 1185u),
            (ScalarType.DateTime, _) => (1114u, 1115u),
            (ScalarType.Json, _) => (3802u, 3807u),
            (ScalarType.Bytes, _) => (17u, 1001u),
            // JSON has true and false where a row has t and f: read as text, both are understood.
            (ScalarType.Boolean, _) => (25u, 1000u),
            _ => (25u, 1009u),
        };
        return field.IsList ? list : scalar;
    }
}

using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Sql;

/// <summary>How values of a field travel as parameters.</summary>
internal static class FieldArguments
{
    public static ArgumentType Of(ScalarField field, bool isList) =>
        field.Type switch
        {
            ScalarType.DateTime => new ArgumentType(isList, ArgumentConversion.Instant, FormOf(field.NativeType)),
            ScalarType.Bytes => new ArgumentType(isList, ArgumentConversion.Bytes, InstantForm.DateTime),
            _ => new ArgumentType(isList, ArgumentConversion.None, InstantForm.DateTime),
        };

    private static InstantForm FormOf(NativeType? type) =>
        type?.Name switch
        {
            "Time" or "Timetz" => InstantForm.Time,
            "Date" => InstantForm.Date,
            _ => InstantForm.DateTime,
        };
}

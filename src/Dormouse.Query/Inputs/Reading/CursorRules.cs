using Dormouse.Query.Failures;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>A cursor names values of fields; the filters that its type allows besides mean nothing there.</summary>
internal static class CursorRules
{
    /// <summary>What is wrong with a cursor; null when nothing is. The engine has no code for it.</summary>
    public static PlanException? Explain(InputObject cursor, Model model)
    {
        foreach (var (name, _) in cursor.Fields)
        {
            if (model.TryGetField(name, out var field) ? field is RelationField : name is "AND" or "OR" or "NOT")
            {
                return QueryFailure.Assertion($"Unable to resolve field {name} to a field or a set of fields on model {model.Name}");
            }
        }

        foreach (var (name, value) in cursor.Fields)
        {
            if (value is InputObject && model.TryGetField(name, out _))
            {
                return PlanFailure.Plain($"A cursor needs the value of the field {name}, not a filter on it.");
            }
        }

        return null;
    }
}

using Dormouse.Query.Operations;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>
/// <c>distinct</c>. DISTINCT ON wants the order to begin with the distinct fields; without an order it gives one, which is why a
/// schema without the preview features keeps the first ones of an unordered list, as Prisma's engine does.
/// </summary>
internal static class DistinctRows
{
    public static bool CanBeSql(ReadArguments arguments, CompileContext context)
    {
        if (arguments.Distinct.Count == 0)
        {
            return false;
        }

        if (context.Schema.HasPreviewFeature("relationJoins"))
        {
            return LeadsOrder(arguments);
        }

        // An absent list is an empty one to clients, but not to DISTINCT ON.
        return arguments.OrderBy.Count == 0
            ? context.Schema.HasPreviewFeature("nativeDistinct")
            : LeadsOrder(arguments) && !arguments.Distinct.Any(f => f.IsList);
    }

    public static void Write(SelectStatement select, IReadOnlyList<ScalarField> fields)
    {
        foreach (var field in fields)
        {
            select.DistinctOn().Column(select.Alias, field);
        }
    }

    /// <summary>Selects what tells records apart.</summary>
    public static void Select(SelectStatement select, IReadOnlyList<ScalarField> fields)
    {
        foreach (var field in fields)
        {
            if (field.IsList)
            {
                select.Select(ColumnOf(field), sql => sql.Text("COALESCE(").Column(select.Alias, field).Text(", '{}')"));
            }
            else
            {
                select.Select(field);
            }
        }
    }

    public static string ColumnOf(ScalarField field) => field.IsList ? "@distinct." + field.Name : field.DatabaseName;

    private static bool LeadsOrder(ReadArguments arguments)
    {
        if (arguments.OrderBy.Count == 0)
        {
            return true;
        }

        var leading = arguments
            .OrderBy.TakeWhile(o => o is FieldOrdering { Path.Count: 0 } own && arguments.Distinct.Contains(own.Field))
            .Select(o => ((FieldOrdering)o).Field)
            .Distinct()
            .Count();
        return leading == arguments.Distinct.Distinct().Count();
    }
}

using Dormouse.Query.Operations;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>
/// <c>distinct</c> as DISTINCT ON. PostgreSQL then wants the order to begin with the distinct fields; without an order it gives one,
/// which is why a schema without the preview features keeps the first ones of an unordered list, as Prisma's engine does.
/// </summary>
internal static class DistinctRows
{
    public static bool CanBeSql(ReadArguments arguments, CompileContext context)
    {
        if (arguments.Distinct.Count == 0)
        {
            return false;
        }

        if (arguments.OrderBy.Count == 0)
        {
            return context.Schema.HasPreviewFeature("nativeDistinct") || context.Schema.HasPreviewFeature("relationJoins");
        }

        var leading = arguments
            .OrderBy.TakeWhile(o => o is FieldOrdering { Path.Count: 0 } own && arguments.Distinct.Contains(own.Field))
            .Select(o => ((FieldOrdering)o).Field)
            .Distinct()
            .Count();
        return leading == arguments.Distinct.Distinct().Count();
    }

    public static void Write(SelectStatement select, IReadOnlyList<ScalarField> fields)
    {
        foreach (var field in fields)
        {
            select.DistinctOn().Column(select.Alias, field);
        }
    }
}

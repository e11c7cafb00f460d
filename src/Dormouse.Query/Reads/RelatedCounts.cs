using Dormouse.Query.Filters;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary><c>_count</c> of relations: a subselect for each.</summary>
internal static class RelatedCounts
{
    public static void Select(SelectStatement select, SelectedCounts counts, CompileContext context)
    {
        foreach (var count in counts.Relations)
        {
            select.Select(ColumnOf(count.Field), sql => Write(sql, count, select, context));
        }
    }

    public static string ColumnOf(RelationField field) => "@count." + field.Name;

    private static void Write(SqlBuilder sql, SelectedCount count, SelectStatement select, CompileContext context)
    {
        var condition = count.Where is null ? null : FilterReader.Read(count.Field.Target, count.Where, context.Facts);
        sql.Text("(SELECT COUNT(*) FROM ");
        FilterWriter.WriteRelated(sql, count.Field, select.Alias, condition, select.Aliases);
        sql.Text(")");
    }
}

using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Processing;
using Dormouse.Query.Sql;

namespace Dormouse.Query.Reads;

/// <summary>A column with the key of the parent, and what it is called among the selected ones.</summary>
internal readonly record struct ParentColumn(string Alias, string Column, string SelectedAs);

/// <summary>Reads a list of records: filtered, ordered, distinct, one page of it, or one page per parent.</summary>
internal static class ListReader
{
    private const string CursorColumn = "@cursor";

    public static PlanNode Read(SelectStatement select, ReadArguments arguments, Selection selection, CompileContext context) =>
        Read(select, arguments, [], null, selection, context);

    /// <param name="select">May hold conditions and columns already.</param>
    /// <param name="parents">The columns by which the records find their parents.</param>
    /// <param name="keys">Yields the parents' keys.</param>
    public static PlanNode Read(
        SelectStatement select,
        ReadArguments arguments,
        IReadOnlyList<ParentColumn> parents,
        Expression? keys,
        Selection selection,
        CompileContext context
    )
    {
        select.Where(arguments.Where);
        var terms = OrderTerm.Of(arguments.SqlOrder, select.From);
        if (arguments.Cursor.Count > 0)
        {
            CursorCondition.Write(select, arguments, terms);
        }

        var isDistinctInSql = parents.Count == 0 && DistinctRows.CanBeSql(arguments, context);
        if (isDistinctInSql)
        {
            DistinctRows.Write(select, arguments.Distinct);
        }

        var isDistinctHere = arguments.Distinct.Count > 0 && !isDistinctInSql;
        // A page of distinct records begins with the cursor's own, as in Prisma's engine: where that is none of them, it is empty.
        var isCutHere = isDistinctInSql && arguments.Cursor.Count > 0;
        if (isDistinctHere || isCutHere || !arguments.IsCursorExact || (parents.Count > 0 && arguments.Cursor.Count > 0))
        {
            WriteOrder(select, terms);
            var onlyParent = isDistinctHere || !arguments.IsCursorExact ? null : keys;
            var page = PageOf(select, arguments, parents, onlyParent, isDistinctHere);
            return RecordReader.Read(select, selection, context, rows => new PageNode(rows, page), isCut: true);
        }

        if (parents.Count > 0 && arguments.IsPaged)
        {
            select.PagePerParent(parents, terms, arguments);
            return RecordReader.Read(select, selection, context);
        }

        WriteOrder(select, terms);
        select.Page(arguments.Take, arguments.Skip);
        return RecordReader.Read(select, selection, context, rows => arguments.IsFromEnd ? new ReverseNode(rows) : rows);
    }

    public static void WriteOrder(SelectStatement select, IReadOnlyList<OrderTerm> terms)
    {
        foreach (var term in terms)
        {
            term.WriteTo(select.OrderBy());
        }
    }

    private static RecordPage PageOf(
        SelectStatement select,
        ReadArguments arguments,
        IReadOnlyList<ParentColumn> parents,
        Expression? onlyParent,
        bool isDistinct
    )
    {
        if (arguments.Cursor.Count > 0)
        {
            select.Select(CursorColumn, sql => WriteIsCursor(sql, select, arguments));
        }

        if (isDistinct)
        {
            DistinctRows.Select(select, arguments.Distinct);
        }

        return new RecordPage(
            [.. parents.Select(p => p.SelectedAs)],
            isDistinct ? [.. arguments.Distinct.Select(DistinctRows.ColumnOf)] : [],
            arguments.Cursor.Count > 0 ? CursorColumn : null,
            onlyParent,
            arguments.Skip,
            arguments.Take,
            arguments.IsFromEnd
        );
    }

    private static void WriteIsCursor(SqlBuilder sql, SelectStatement select, ReadArguments arguments)
    {
        for (var i = 0; i < arguments.Cursor.Count; i++)
        {
            var (field, value) = arguments.Cursor[i];
            sql.Text(i > 0 ? " AND " : "").Column(select.Alias, field).Text(" = ");
            sql.Parameter(value, FieldArguments.Of(field, isList: false));
        }
    }
}

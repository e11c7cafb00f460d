using Dormouse.Query.Failures;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>Compiles <c>aggregate</c> and <c>count</c>.</summary>
internal static class AggregateReader
{
    public static PlanNode Read(Operation operation, CompileContext context)
    {
        var model = operation.Model!;
        var arguments = ReadArguments.Read(model, operation.Arguments, context.Facts);
        if (!arguments.IsCursorExact)
        {
            throw QueryFailure.Input(
                "Unable to process combination of query arguments for aggregation query. Please note that it is not possible at the "
                    + "moment to have a null-cursor, or a cursor and orderBy combination that not stable (unique)."
            );
        }

        var select = new SelectStatement(model, new TableAliases());
        select.Where(arguments.Where);
        var aggregates = operation.Selection.Fields.OfType<SelectedAggregate>().ToArray();
        if (!arguments.IsPaged)
        {
            Array.ForEach(aggregates, a => Aggregates.Select(select, a));
            return new UniqueNode(select.ToNode());
        }

        WritePage(select, arguments, aggregates);
        return new UniqueNode(new QueryNode(Over(select, aggregates).Build(), isRaw: false));
    }

    /// <summary>The records of the page, with the columns that are aggregated.</summary>
    private static void WritePage(SelectStatement select, ReadArguments arguments, SelectedAggregate[] aggregates)
    {
        var terms = OrderTerm.Of(arguments.SqlOrder, select.From);
        if (arguments.Cursor.Count > 0)
        {
            CursorCondition.Write(select, arguments, terms);
        }

        ListReader.WriteOrder(select, terms);
        select.Page(arguments.Take, arguments.Skip);
        select.Select(aggregates.SelectMany(a => a.Fields).OfType<ScalarField>());
    }

    private static SqlBuilder Over(SelectStatement page, SelectedAggregate[] aggregates)
    {
        var alias = page.Aliases.New();
        var sql = new SqlBuilder().Text("SELECT ");
        var isFirst = true;
        foreach (var aggregate in aggregates)
        {
            foreach (var field in aggregate.Fields)
            {
                sql.Text(isFirst ? "" : ", ");
                Aggregates.Write(sql, aggregate.Kind, field, alias);
                sql.Text(" AS ").Name(Aggregates.ColumnOf(aggregate.Kind, field));
                isFirst = false;
            }
        }

        return sql.Text(" FROM (").Append(page.ToSql()).Text(") AS ").Name(alias);
    }
}

using Dormouse.Query.Sql;

namespace Dormouse.Query.Reads;

/// <summary>
/// Leaves out the records that stand before a cursor's record in the order. Where something that is ordered by may be NULL, those
/// records stay, since nothing can be said about their place.
/// </summary>
internal static class CursorCondition
{
    public static void Write(SelectStatement select, ReadArguments arguments, IReadOnlyList<OrderTerm> terms)
    {
        var cursor = select.Aliases.New();
        select.With(cursor, OrderValues(select, arguments));
        var where = select.Where();
        where.Text(terms.Count > 1 ? "(" : "");
        for (var last = terms.Count - 1; last >= 0; last--)
        {
            where.Text(last < terms.Count - 1 ? " OR " : "").Text(last > 0 ? "(" : "");
            for (var i = 0; i < last; i++)
            {
                WriteComparison(where, terms[i], "=", cursor, i, []);
                where.Text(" AND ");
            }

            // Only over its whole length may the order be equal: then it is the record itself, or one that stands beside it.
            var isWhole = last == terms.Count - 1;
            var comparison = (terms[last].Ordering.IsDescending, isWhole) switch
            {
                (false, true) => ">=",
                (false, false) => ">",
                (true, true) => "<=",
                (true, false) => "<",
            };
            WriteComparison(where, terms[last], comparison, cursor, last, terms[last].OptionalKeys);
            where.Text(last > 0 ? ")" : "");
        }

        where.Text(terms.Count > 1 ? ")" : "");
    }

    /// <summary>A statement for what the cursor's record is ordered by: c0, c1, …</summary>
    private static SqlBuilder OrderValues(SelectStatement select, ReadArguments arguments)
    {
        var record = new SelectStatement(select.Model, select.Aliases);
        foreach (var (index, term) in OrderTerm.Of(arguments.SqlOrder, record.From).Index())
        {
            record.Select(ColumnOf(index), sql => sql.Append(term.Expression));
        }

        foreach (var (field, value) in arguments.Cursor)
        {
            record.Where().Column(record.Alias, field).Text(" = ").Parameter(value, FieldArguments.Of(field, isList: false));
        }

        return record.ToSql();
    }

    private static void WriteComparison(
        SqlBuilder sql,
        OrderTerm term,
        string comparison,
        string cursor,
        int index,
        IReadOnlyList<(string Alias, Schema.Models.ScalarField Field)> optionalKeys
    )
    {
        SqlBuilder Value() => sql.Text("(SELECT ").Name(ColumnOf(index)).Text(" FROM ").Name(cursor).Text(")");
        var isLenient = term.IsNullable || optionalKeys.Count > 0;
        sql.Text(isLenient ? "(" : "").Append(term.Expression).Text(" ").Text(comparison).Text(" ");
        Value();
        if (term.IsNullable)
        {
            sql.Text(" OR ").Append(term.Expression).Text(" IS NULL OR ");
            Value().Text(" IS NULL");
        }

        foreach (var (alias, field) in optionalKeys)
        {
            sql.Text(" OR ").Column(alias, field).Text(" IS NULL");
        }

        sql.Text(isLenient ? ")" : "");
    }

    private static string ColumnOf(int index) => "c" + index.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

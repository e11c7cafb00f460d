using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Reads.Joined;

/// <summary>
/// Reads records and their relations by one statement: each relation is a column of its parent's row, in which a record is an array of
/// its values in the order of the selection. <see cref="Mapping.JoinedCellWriter"/> writes them.
/// <code>
/// SELECT t1.*, t4."value" AS "@posts"
/// FROM (SELECT … FROM "User" AS t0 WHERE … ORDER BY … LIMIT …) AS t1
/// LEFT JOIN LATERAL (
///   SELECT COALESCE(json_agg(json_build_array(t3."id", t3."title")), '[]') AS "value"
///   FROM (SELECT … FROM "Post" AS t2 WHERE t2."authorId" = t1."id" ORDER BY …) AS t3
/// ) AS t4 ON TRUE
/// </code>
/// </summary>
/// <remarks>
/// The inner statement is the one that reads these records alone: its page is cut before anything is joined, and a LATERAL that yields
/// one row for each of its rows leaves their number and their order as they are.
/// </remarks>
internal static class JoinedRelations
{
    private const string Value = "value";

    /// <summary>What a function of PostgreSQL takes.</summary>
    private const int ValuesMax = 100;

    /// <summary>There is one record at most. A view need not keep that, and a column must.</summary>
    private static readonly LiteralExpression One = new(new NumberValue(1));

    /// <summary>
    /// Whether SQL can say what is asked of a relation and of all within it. Distinct records and cursors are found here, in memory, and
    /// a page that is counted from the end is turned around here.
    /// </summary>
    public static bool CanRead(SelectedRelation relation, CompileContext context)
    {
        var arguments = ReadArguments.OfRecords(relation.Field.Target, relation.Arguments, context.Facts);
        return arguments is { Cursor.Count: 0, Distinct.Count: 0, IsFromEnd: false }
            && relation.Selection.Fields.Sum(f => f is SelectedCounts counts ? counts.Relations.Count : 1) <= ValuesMax
            && relation.Selection.Fields.OfType<SelectedRelation>().All(r => CanRead(r, context));
    }

    /// <summary>A statement's rows, with one more column for each of the relations.</summary>
    public static SqlBuilder Around(SelectStatement select, IReadOnlyList<SelectedRelation> relations, CompileContext context)
    {
        var records = select.Aliases.New();
        var from = From(select, records);
        var columns = new SqlBuilder().Text("SELECT ").Name(records).Text(".*");
        foreach (var relation in relations)
        {
            Join(columns.Text(", "), from, relation, records, select.Aliases, context);
            columns.Text(" AS ").Name(ResultStructures.SourceOf(relation));
        }

        return columns.Append(from);
    }

    private static SqlBuilder From(SelectStatement select, string alias) =>
        new SqlBuilder().Text(" FROM (").Append(select.ToSql()).Text(") AS ").Name(alias);

    /// <summary>Writes the value of a relation, and the join that gives it.</summary>
    private static void Join(
        SqlBuilder value,
        SqlBuilder from,
        SelectedRelation relation,
        string parent,
        TableAliases aliases,
        CompileContext context
    )
    {
        var related = Related(relation, parent, aliases, context);
        var alias = aliases.New();
        from.Text(" LEFT JOIN LATERAL (").Append(related).Text(") AS ").Name(alias).Text(" ON TRUE");
        value.Name(alias).Text(".").Name(Value);
    }

    private static SqlBuilder Related(SelectedRelation relation, string parent, TableAliases aliases, CompileContext context)
    {
        var select = Records(relation, parent, aliases, context);
        var records = aliases.New();
        var from = From(select, records);
        var isList = relation.Field.IsList;
        var sql = new SqlBuilder().Text(isList ? "SELECT COALESCE(json_agg(json_build_array(" : "SELECT json_build_array(");
        var separator = "";
        foreach (var field in relation.Selection.Fields)
        {
            switch (field)
            {
                case SelectedScalar scalar:
                    JoinedScalars.Write(sql.Text(separator), scalar.Field, records);
                    break;
                case SelectedRelation inner:
                    Join(sql.Text(separator), from, inner, records, aliases, context);
                    break;
                case SelectedCounts counts:
                    foreach (var count in counts.Relations)
                    {
                        sql.Text(separator).Name(records).Text(".").Name(RelatedCounts.ColumnOf(count.Field));
                        separator = ", ";
                    }

                    continue;
            }

            separator = ", ";
        }

        return sql.Text(isList ? ")), '[]')" : ")").Text(" AS ").Name(Value).Append(from);
    }

    /// <summary>The records that belong to one record.</summary>
    private static SelectStatement Records(SelectedRelation relation, string parent, TableAliases aliases, CompileContext context)
    {
        var field = relation.Field;
        var arguments = ReadArguments.OfRecords(field.Target, relation.Arguments, context.Facts);
        var select = new SelectStatement(field.Target, aliases);
        RelationColumns.WriteLinkTo(select.Where(), field, parent, select.From);
        select.Where(arguments.Where);
        ListReader.WriteOrder(select, OrderTerm.Of(arguments.SqlOrder, select.From));
        select.Page(field.IsList ? arguments.Take : One, arguments.Skip);
        RecordReader.SelectFields(select, relation.Selection, context);
        return select;
    }
}

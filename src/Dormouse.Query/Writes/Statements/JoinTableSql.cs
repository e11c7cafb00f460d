using Dormouse.Query.Nodes;
using Dormouse.Query.Reads;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Statements;

/// <summary>Statements on the table of a many-to-many relation.</summary>
internal static class JoinTableSql
{
    /// <summary>Pairs of one parent and each of its children; those that exist stay.</summary>
    public static SqlBuilder Insert(RelationField field, Expression pairs)
    {
        var table = field.Relation.JoinTable!;
        return new SqlBuilder()
            .Text("INSERT INTO ")
            .Table(table.Schema, table.Name)
            .Text(" (")
            .Name(RelationColumns.JoinColumn(field))
            .Text(", ")
            .Name(RelationColumns.JoinColumn(field.Opposite))
            .Text(") VALUES ")
            .Tuples(pairs)
            .Text(" ON CONFLICT DO NOTHING");
    }

    /// <param name="children">The children to be taken out; null means all.</param>
    public static SqlBuilder Delete(RelationField field, Expression parent, Expression? children)
    {
        var table = field.Relation.JoinTable!;
        var sql = new SqlBuilder().Text("DELETE FROM ").Table(table.Schema, table.Name).Text(" AS ").Name("t0").Text(" WHERE ");
        sql.Name("t0").Text(".").Name(RelationColumns.JoinColumn(field)).Text(" = ").Parameter(parent, ArgumentType.Unknown);
        if (children is not null)
        {
            SelectStatement.WriteIn(sql.Text(" AND "), [("t0", RelationColumns.JoinColumn(field.Opposite))], children);
        }

        return sql;
    }
}

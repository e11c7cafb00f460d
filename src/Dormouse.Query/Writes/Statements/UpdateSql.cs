using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Data;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Statements;

/// <summary>UPDATE, DELETE and the SELECT that stands for an UPDATE which changes nothing.</summary>
internal static class UpdateSql
{
    public static SqlBuilder Update(Criteria criteria, ChangeSet changes, IReadOnlyList<ScalarField> returned, Expression? limit = null)
    {
        var aliases = new TableAliases();
        var alias = aliases.New();
        var sql = new SqlBuilder().Text("UPDATE ").Table(criteria.Model).Text(" AS ").Name(alias).Text(" SET ");
        WriteChanges(sql, changes, alias);
        criteria.Write(sql, alias, aliases, limit);
        return InsertSql.Returning(sql, returned);
    }

    public static SqlBuilder Delete(Criteria criteria, IReadOnlyList<ScalarField> returned, Expression? limit = null)
    {
        var aliases = new TableAliases();
        var alias = aliases.New();
        var sql = new SqlBuilder().Text("DELETE FROM ").Table(criteria.Model).Text(" AS ").Name(alias);
        criteria.Write(sql, alias, aliases, limit);
        return InsertSql.Returning(sql, returned);
    }

    public static SqlBuilder Select(Criteria criteria, IReadOnlyList<ScalarField> fields)
    {
        var from = new FromClause(criteria.Model, new TableAliases());
        var where = new SqlBuilder();
        criteria.Write(where, from);
        var sql = Criteria.Columns(new SqlBuilder().Text("SELECT "), from.Alias, fields).Text(" FROM ");
        from.WriteTo(sql);
        return sql.Append(where);
    }

    /// <summary><c>"age" = "t0"."age" + $1</c> and the like, with commas between them.</summary>
    public static void WriteChanges(SqlBuilder sql, ChangeSet changes, string alias)
    {
        var separator = "";
        foreach (var (field, kind, value, type) in changes.Items)
        {
            sql.Text(separator).Name(field.DatabaseName).Text(" = ");
            switch (kind)
            {
                case ChangeKind.Set:
                    sql.Parameter(value, type);
                    break;
                case ChangeKind.Append:
                    // A list that is NULL counts as empty.
                    sql.Text("array_cat(").Column(alias, field).Text(", ").Parameter(value, type).Text(")");
                    break;
                default:
                    sql.Column(alias, field).Text(OperatorOf(kind)).Parameter(value, type);
                    break;
            }

            separator = ", ";
        }
    }

    private static string OperatorOf(ChangeKind kind) =>
        kind switch
        {
            ChangeKind.Add => " + ",
            ChangeKind.Subtract => " - ",
            ChangeKind.Multiply => " * ",
            _ => " / ",
        };
}

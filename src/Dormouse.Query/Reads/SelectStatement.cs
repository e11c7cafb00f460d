using Dormouse.Query.Filters;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>A SELECT of one model's records while it is put together: clauses may be added in any order.</summary>
internal sealed class SelectStatement(Model model, TableAliases aliases)
{
    private readonly SqlBuilder columns = new();
    private readonly HashSet<string> columnNames = [];
    private readonly SqlBuilder where = new();
    private readonly SqlBuilder orderBy = new();
    private readonly SqlBuilder groupBy = new();
    private readonly SqlBuilder having = new();
    private readonly SqlBuilder distinctOn = new();
    private readonly SqlBuilder limit = new();

    public Model Model => model;

    public FromClause From { get; } = new(model, aliases);

    public string Alias => From.Alias;

    public TableAliases Aliases => aliases;

    /// <summary>Selects a column under its own name; again does nothing.</summary>
    public void Select(ScalarField field)
    {
        if (columnNames.Add(field.DatabaseName))
        {
            Separated(columns).Column(Alias, field);
        }
    }

    public void Select(IEnumerable<ScalarField> fields)
    {
        foreach (var field in fields)
        {
            Select(field);
        }
    }

    /// <summary>Selects the expression that the caller writes next, under a name.</summary>
    public void Select(string name, Action<SqlBuilder> write)
    {
        if (columnNames.Add(name))
        {
            write(Separated(columns));
            columns.Text(" AS ").Name(name);
        }
    }

    /// <summary>Where the caller writes one more condition, which must bind tighter than AND.</summary>
    public SqlBuilder Where() => Separated(where, " AND ");

    public void Where(Condition? condition)
    {
        if (condition is not null)
        {
            // Joins are noted while the condition is written.
            FilterWriter.Write(Where(), condition, From);
        }
    }

    /// <summary>Of the columns' values only those that a list of keys holds.</summary>
    public void WhereIn(IReadOnlyList<ScalarField> fields, Expression keys) =>
        WriteIn(Where(), [.. fields.Select(f => (Alias, f.DatabaseName))], keys);

    public static void WriteIn(SqlBuilder sql, IReadOnlyList<(string Alias, string Column)> columns, Expression keys)
    {
        if (columns is [var only])
        {
            sql.Name(only.Alias).Text(".").Name(only.Column).Text(" = ANY(").Parameter(keys, RawList).Text(")");
            return;
        }

        for (var i = 0; i < columns.Count; i++)
        {
            sql.Text(i > 0 ? ", " : "(").Name(columns[i].Alias).Text(".").Name(columns[i].Column);
        }

        sql.Text(") IN (").Tuples(keys).Text(")");
    }

    public SqlBuilder OrderBy() => Separated(orderBy);

    public SqlBuilder GroupBy() => Separated(groupBy);

    public SqlBuilder Having() => having;

    public SqlBuilder DistinctOn() => Separated(distinctOn);

    /// <summary>LIMIT and OFFSET.</summary>
    public SqlBuilder Limit() => limit.Text(" ");

    public bool HasOrder => !orderBy.IsEmpty;

    public SqlBuilder ToSql()
    {
        var sql = new SqlBuilder().Text("SELECT ");
        WriteClause(sql, "DISTINCT ON (", distinctOn, ") ");
        WriteClause(sql, "", columns.IsEmpty ? new SqlBuilder().Text("1") : columns, "");
        sql.Text(" FROM ");
        From.WriteTo(sql);
        WriteClause(sql, " WHERE ", where, "");
        WriteClause(sql, " GROUP BY ", groupBy, "");
        WriteClause(sql, " HAVING ", having, "");
        WriteClause(sql, " ORDER BY ", orderBy, "");
        return sql.Append(limit);
    }

    public PlanNode ToNode() => new QueryNode(ToSql().Build(), isRaw: false);

    private static void WriteClause(SqlBuilder sql, string before, SqlBuilder clause, string after)
    {
        if (!clause.IsEmpty)
        {
            sql.Text(before).Append(clause).Text(after);
        }
    }

    private static SqlBuilder Separated(SqlBuilder clause, string separator = ", ") => clause.Text(clause.IsEmpty ? "" : separator);

    // Keys go back in the text in which they came.
    private static ArgumentType RawList => new(IsList: true, ArgumentConversion.None, default);
}

using Dormouse.Query.Filters;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>A SELECT of one model's records while it is put together: clauses may be added in any order.</summary>
internal sealed class SelectStatement(Model model, TableAliases aliases)
{
    private const string RowNumber = "@row";

    private readonly SqlBuilder columns = new();
    private readonly HashSet<string> columnNames = [];
    private readonly SqlBuilder where = new();
    private readonly SqlBuilder orderBy = new();
    private readonly SqlBuilder groupBy = new();
    private readonly SqlBuilder having = new();
    private readonly SqlBuilder distinctOn = new();
    private readonly SqlBuilder limit = new();
    private readonly SqlBuilder with = new();
    private SqlBuilder? behind;

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

    /// <summary>A statement whose rows this one may read under a name.</summary>
    public void With(string name, SqlBuilder statement) => Separated(with).Name(name).Text(" AS (").Append(statement).Text(")");

    /// <summary>LIMIT and OFFSET.</summary>
    public void Page(Expression? take, Expression? skip)
    {
        if (take is not null)
        {
            limit.Text(" LIMIT ").Parameter(take, ArgumentType.Unknown);
        }

        if (skip is not null)
        {
            limit.Text(" OFFSET ").Parameter(skip, ArgumentType.Unknown);
        }
    }

    /// <summary>The same for each parent: the records are numbered, and those of the page stay, in the order that was asked for.</summary>
    public void PagePerParent(IReadOnlyList<ParentColumn> parents, IReadOnlyList<OrderTerm> terms, ReadArguments arguments)
    {
        Select(RowNumber, sql => WriteRowNumber(sql, parents, terms));
        var page = Aliases.New();
        SqlBuilder Number(SqlBuilder sql) => sql.Name(page).Text(".").Name(RowNumber);
        behind = new SqlBuilder().Text(") AS ").Name(page).Text(" WHERE ");
        if (arguments.Skip is { } skip)
        {
            Number(behind).Text(" > ").Parameter(skip, ArgumentType.Unknown).Text("::bigint");
        }

        if (arguments.Take is { } take)
        {
            Number(behind.Text(arguments.Skip is null ? "" : " AND ")).Text(" <= ").Parameter(take, ArgumentType.Unknown).Text("::bigint");
            if (arguments.Skip is not null)
            {
                behind.Text(" + ").Parameter(arguments.Skip, ArgumentType.Unknown).Text("::bigint");
            }
        }

        Number(behind.Text(" ORDER BY ")).Text(arguments.IsFromEnd ? " DESC" : "");
    }

    public SqlBuilder ToSql()
    {
        var sql = new SqlBuilder();
        WriteClause(sql, "WITH ", with, " ");
        sql.Text(behind is null ? "SELECT " : "SELECT * FROM (SELECT ");
        WriteClause(sql, "DISTINCT ON (", distinctOn, ") ");
        sql.Append(columns.IsEmpty ? new SqlBuilder().Text("1") : columns).Text(" FROM ");
        From.WriteTo(sql);
        WriteClause(sql, " WHERE ", where, "");
        WriteClause(sql, " GROUP BY ", groupBy, "");
        WriteClause(sql, " HAVING ", having, "");
        WriteClause(sql, " ORDER BY ", orderBy, "");
        sql.Append(limit);
        return behind is null ? sql : sql.Append(behind);
    }

    public PlanNode ToNode() => new QueryNode(ToSql().Build(), isRaw: false);

    private static void WriteRowNumber(SqlBuilder sql, IReadOnlyList<ParentColumn> parents, IReadOnlyList<OrderTerm> terms)
    {
        sql.Text("ROW_NUMBER() OVER (PARTITION BY ");
        for (var i = 0; i < parents.Count; i++)
        {
            sql.Text(i > 0 ? ", " : "").Name(parents[i].Alias).Text(".").Name(parents[i].Column);
        }

        for (var i = 0; i < terms.Count; i++)
        {
            sql.Text(i > 0 ? ", " : " ORDER BY ");
            terms[i].WriteTo(sql);
        }

        sql.Text(")");
    }

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

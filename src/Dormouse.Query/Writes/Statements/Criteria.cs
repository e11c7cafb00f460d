using Dormouse.Query.Filters;
using Dormouse.Query.Nodes;
using Dormouse.Query.Reads;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Statements;

/// <summary>Which records of a model a statement works on: those that a filter finds, those that earlier steps found, or both.</summary>
internal sealed class Criteria(Model model, Condition? filter)
{
    private readonly List<Action<SqlBuilder, string, TableAliases>> parts = [];

    public Model Model { get; } = model;

    /// <summary>The one record that a step found.</summary>
    public void AddRecord(ScopeName record) =>
        parts.Add(
            (sql, alias, _) =>
            {
                var identifier = PrimaryIdentifier.Of(Model);
                for (var i = 0; i < identifier.Count; i++)
                {
                    sql.Text(i > 0 ? " AND " : "").Column(alias, identifier[i]).Text(" = ");
                    sql.Parameter(new RecordFieldExpression(record, identifier[i].DatabaseName), ArgumentType.Unknown);
                }
            }
        );

    /// <summary>The records with these identifiers.</summary>
    public void AddKeys(Expression keys) =>
        parts.Add(
            (sql, alias, _) => SelectStatement.WriteIn(sql, [.. PrimaryIdentifier.Of(Model).Select(f => (alias, f.DatabaseName))], keys)
        );

    /// <summary>The records behind a relation of records with these keys.</summary>
    public void AddRelated(RelationField field, Expression keys) =>
        parts.Add((sql, alias, aliases) => WriteRelated(sql, field, keys, alias, aliases));

    /// <summary>Writes <c> WHERE …</c>, or nothing.</summary>
    /// <param name="limit">How many of them at most; null means all.</param>
    public void Write(SqlBuilder sql, string alias, TableAliases aliases, Expression? limit = null)
    {
        if (limit is null)
        {
            WriteWhere(sql, alias, aliases);
            return;
        }

        var identifier = PrimaryIdentifier.Of(Model);
        var limited = aliases.New();
        Columns(sql.Text(" WHERE ("), alias, identifier).Text(") IN (SELECT ");
        Columns(sql, limited, identifier).Text(" FROM ").Table(Model).Text(" AS ").Name(limited);
        WriteWhere(sql, limited, aliases);
        sql.Text(" LIMIT ").Parameter(limit, ArgumentType.Unknown).Text(")");
    }

    /// <summary>Writes <c> WHERE …</c>, or nothing, for a SELECT, to which the filter may add joins.</summary>
    public void Write(SqlBuilder sql, FromClause from) => WriteWhere(sql, from.Alias, from.Aliases, from);

    /// <summary>Writes columns with commas between them.</summary>
    public static SqlBuilder Columns(SqlBuilder sql, string alias, IReadOnlyList<ScalarField> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            sql.Text(i > 0 ? ", " : "").Column(alias, fields[i]);
        }

        return sql;
    }

    private void WriteWhere(SqlBuilder sql, string alias, TableAliases aliases, FromClause? from = null)
    {
        var separator = " WHERE ";
        foreach (var part in parts)
        {
            part(sql.Text(separator), alias, aliases);
            separator = " AND ";
        }

        if (filter is not null && from is not null)
        {
            FilterWriter.Write(sql.Text(separator), filter, from);
        }
        else if (filter is not null)
        {
            FilterWriter.Write(sql.Text(separator), filter, alias, aliases);
        }
    }

    private static void WriteRelated(SqlBuilder sql, RelationField field, Expression keys, string alias, TableAliases aliases)
    {
        var related = RelationColumns.Related(field);
        if (field.Relation.JoinTable is not { } table)
        {
            SelectStatement.WriteIn(sql, [.. related.Select(f => (alias, f.DatabaseName))], keys);
            return;
        }

        var links = aliases.New();
        sql.Column(alias, related[0]).Text(" IN (SELECT ").Name(links).Text(".").Name(RelationColumns.JoinColumn(field.Opposite));
        sql.Text(" FROM ").Table(table.Schema, table.Name).Text(" AS ").Name(links).Text(" WHERE ");
        SelectStatement.WriteIn(sql, [(links, RelationColumns.JoinColumn(field))], keys);
        sql.Text(")");
    }
}

using Dormouse.Query.Inputs;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Filters;

/// <summary>
/// Writes conditions as SQL. What is unknown to SQL because of NULL is unknown here in the same places as in Prisma's engine: a
/// condition on a to-one relation looks into a joined record where the statement can join, and into a subselect where it cannot.
/// </summary>
internal sealed class FilterWriter(SqlBuilder sql, TableAliases aliases)
{
    private readonly SqlBuilder sql = sql;
    private FromClause? from;

    /// <summary>Whether the comparisons of documents stand below an odd number of NOTs, which turns their checks of types around.</summary>
    private bool isReversed;

    /// <summary>
    /// Writes a condition for the clauses of a statement that cannot join, such as UPDATE, DELETE and HAVING.
    /// </summary>
    public static void Write(SqlBuilder sql, Condition condition, string alias, TableAliases aliases) =>
        new FilterWriter(sql, aliases).Write(condition, alias);

    /// <summary>Writes a condition on the records of a SELECT, to which it may add joins.</summary>
    public static void Write(SqlBuilder sql, Condition condition, FromClause from) =>
        new FilterWriter(sql, from.Aliases) { from = from }.Write(condition, from.Alias);

    /// <summary>Writes what stands behind FROM in a subselect of the related records of one record.</summary>
    public static void WriteRelated(SqlBuilder sql, RelationField field, string alias, Condition? condition, TableAliases aliases) =>
        new FilterWriter(sql, aliases).WriteRelated(field, alias, condition, isNegated: false);

    private void Write(Condition condition, string alias)
    {
        switch (condition)
        {
            case NeverCondition:
                sql.Text("FALSE");
                break;
            case AllCondition all:
                WriteItems(all.Items, alias, " AND ", "TRUE");
                break;
            case AnyCondition any:
                WriteItems(any.Items, alias, " OR ", "FALSE");
                break;
            case NoneCondition none:
                WriteNone(none.Items, alias);
                break;
            case ScalarCondition scalar:
                ScalarComparisons.Write(sql, scalar, alias);
                break;
            case ListCondition list:
                ListComparisons.Write(sql, list, alias);
                break;
            case JsonCondition json:
                JsonComparisons.Write(sql, json, alias, isReversed);
                break;
            case SearchCondition search:
                WriteSearch(search, alias);
                break;
            case NoRelatedCondition none:
                WriteNoRelated(none.Field, alias);
                break;
            case RelationCondition relation:
                WriteRelation(relation, alias);
                break;
        }
    }

    private void WriteItems(IReadOnlyList<Condition> items, string alias, string separator, string ofNone)
    {
        if (items.Count == 0)
        {
            sql.Text(ofNone);
            return;
        }

        sql.Text(items.Count > 1 ? "(" : "");
        for (var i = 0; i < items.Count; i++)
        {
            sql.Text(i > 0 ? separator : "");
            Write(items[i], alias);
        }

        sql.Text(items.Count > 1 ? ")" : "");
    }

    private void WriteNone(IReadOnlyList<Condition> items, string alias)
    {
        isReversed = !isReversed;
        sql.Text(items.Count > 1 ? "(" : "");
        for (var i = 0; i < items.Count; i++)
        {
            sql.Text(i > 0 ? " AND NOT (" : "NOT (");
            Write(items[i], alias);
            sql.Text(")");
        }

        sql.Text(items.Count > 1 ? ")" : "");
        isReversed = !isReversed;
    }

    private void WriteSearch(SearchCondition search, string alias)
    {
        sql.Text(search.IsNegated ? "NOT (" : "(");
        TextSearch.WriteDocument(sql, search.Fields, alias);
        sql.Text(" @@ to_tsquery(").Parameter(Constants.ExpressionOf(search.Query), ArgumentType.Unknown).Text("))");
    }

    private void WriteNoRelated(RelationField field, string alias)
    {
        if (field.IsForward)
        {
            WriteNullTests(field.Fields, alias, "IS NULL");
        }
        else if (from is not null)
        {
            WriteNullTests(RelationColumns.Related(field), from.ToOne(alias, field), "IS NULL");
        }
        else
        {
            sql.Text("NOT ");
            WriteExists(field, alias, null, isNegated: false);
        }
    }

    private void WriteNullTests(IReadOnlyList<ScalarField> fields, string alias, string test)
    {
        sql.Text(fields.Count > 1 ? "(" : "");
        for (var i = 0; i < fields.Count; i++)
        {
            sql.Text(i > 0 ? " AND " : "").Column(alias, fields[i]).Text(" ").Text(test);
        }

        sql.Text(fields.Count > 1 ? ")" : "");
    }

    private void WriteRelation(RelationCondition condition, string alias)
    {
        switch (condition.Quantifier)
        {
            case RelationQuantifier.Is when from is not null:
                WriteIs(condition, from.ToOne(alias, condition.Field));
                break;
            case RelationQuantifier.IsNot when from is not null:
                WriteIsNot(condition, from.ToOne(alias, condition.Field));
                break;
            case RelationQuantifier.Some or RelationQuantifier.Is:
                WriteExists(condition.Field, alias, condition.Nested, isNegated: false);
                break;
            case RelationQuantifier.Every:
                sql.Text("NOT ");
                WriteExists(condition.Field, alias, condition.Nested, isNegated: true);
                break;
            default:
                sql.Text("NOT ");
                WriteExists(condition.Field, alias, condition.Nested, isNegated: false);
                break;
        }
    }

    private void WriteIs(RelationCondition condition, string related)
    {
        sql.Text("(");
        if (condition.Nested is { } nested)
        {
            Write(nested, related);
            sql.Text(" AND ");
        }

        WriteNullTests(PrimaryIdentifier.Of(condition.Field.Target), related, "IS NOT NULL");
        sql.Text(")");
    }

    private void WriteIsNot(RelationCondition condition, string related)
    {
        sql.Text("(");
        if (condition.Nested is { } nested)
        {
            isReversed = !isReversed;
            sql.Text("NOT (");
            Write(nested, related);
            sql.Text(") OR ");
            isReversed = !isReversed;
        }

        WriteNullTests(PrimaryIdentifier.Of(condition.Field.Target), related, "IS NULL");
        sql.Text(")");
    }

    /// <summary>Whether there is a related record for which the condition holds (or, negated, for which it is false).</summary>
    private void WriteExists(RelationField field, string alias, Condition? nested, bool isNegated)
    {
        sql.Text("EXISTS (SELECT 1 FROM ");
        WriteRelated(field, alias, nested, isNegated);
        sql.Text(")");
    }

    private void WriteRelated(RelationField field, string alias, Condition? nested, bool isNegated)
    {
        var inner = new FromClause(field.Target, aliases);
        var where = new SqlBuilder();
        var writer = new FilterWriter(where, aliases) { from = inner, isReversed = isReversed };
        RelationColumns.WriteLinkTo(where, field, alias, inner);
        if (isNegated && nested is null)
        {
            where.Text(" AND FALSE");
        }
        else if (nested is not null)
        {
            where.Text(isNegated ? " AND NOT (" : " AND ");
            writer.Write(nested, inner.Alias);
            where.Text(isNegated ? ")" : "");
        }

        inner.WriteTo(sql);
        sql.Text(" WHERE ").Append(where);
    }
}

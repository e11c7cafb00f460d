using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>An ordering as SQL.</summary>
/// <param name="Expression">What is compared.</param>
/// <param name="OptionalKeys">Columns that are NULL where the related record, to which the expression belongs, is absent.</param>
internal sealed record OrderTerm(Ordering Ordering, SqlBuilder Expression, IReadOnlyList<(string Alias, ScalarField Field)> OptionalKeys)
{
    private const string Count = "count";

    /// <summary>Whether the expression may be NULL on an existing record.</summary>
    public bool IsNullable => Ordering is FieldOrdering { Field.IsRequired: false };

    /// <summary>The terms of an order, with the joins that they need.</summary>
    public static IReadOnlyList<OrderTerm> Of(IReadOnlyList<Ordering> orderings, FromClause from) =>
        [.. orderings.Select(o => Of(o, from))];

    /// <summary>The term in an ORDER BY.</summary>
    public void WriteTo(SqlBuilder orderBy)
    {
        orderBy.Append(Expression).Text(Ordering.IsDescending ? " DESC" : "");
        orderBy.Text(
            Ordering.Nulls switch
            {
                NullsOrder.First => " NULLS FIRST",
                NullsOrder.Last => " NULLS LAST",
                _ => "",
            }
        );
    }

    private static OrderTerm Of(Ordering ordering, FromClause from)
    {
        var before = from.Alias;
        var alias = before;
        foreach (var hop in ordering.Path)
        {
            before = alias;
            alias = from.ToOne(alias, hop);
        }

        var expression = new SqlBuilder();
        switch (ordering)
        {
            case FieldOrdering field:
                expression.Column(alias, field.Field).Text(JsonComparisons.CastOf(field.Field));
                var keys = ordering.Path.Count == 0 ? [] : ordering.Path[^1].Fields.Where(f => !f.IsRequired).Select(f => (before, f));
                return new OrderTerm(ordering, expression, [.. keys]);
            case CountOrdering count:
                expression.Text("COALESCE(").Name(JoinCounts(count.Counted, alias, from)).Text(".").Name(Count).Text(", 0)");
                break;
            case RelevanceOrdering relevance:
                expression.Text("ts_rank(");
                TextSearch.WriteDocument(expression, relevance.Fields, alias);
                expression.Text(", to_tsquery(").Parameter(Constants.ExpressionOf(relevance.Search), ArgumentType.Unknown).Text("))");
                break;
            case AggregateOrdering aggregate:
                expression.Text(AggregateKinds.FunctionOf(aggregate.Kind)).Text("(").Column(alias, aggregate.Field).Text(")");
                break;
        }

        return new OrderTerm(ordering, expression, []);
    }

    /// <summary>
    /// Joins the numbers of related records, counted in one pass over them: every record needs its number before the first one can be
    /// answered, and there need not be an index to count them one by one.
    /// </summary>
    private static string JoinCounts(RelationField field, string alias, FromClause from)
    {
        var counts = from.Aliases.New();
        var counted = from.Aliases.New();
        var own = RelationColumns.Own(field);
        string[] keys = field.Relation.JoinTable is null
            ? [.. RelationColumns.Related(field).Select(f => f.DatabaseName)]
            : [RelationColumns.JoinColumn(field)];
        var join = from.Join().Text("LEFT JOIN (SELECT ");
        foreach (var key in keys)
        {
            join.Name(counted).Text(".").Name(key).Text(", ");
        }

        join.Text("COUNT(*) AS ").Name(Count).Text(" FROM ");
        RelationColumns.WriteLinkedTable(join, field);
        join.Text(" AS ").Name(counted).Text(" GROUP BY ");
        for (var i = 0; i < keys.Length; i++)
        {
            join.Text(i > 0 ? ", " : "").Name(counted).Text(".").Name(keys[i]);
        }

        join.Text(") AS ").Name(counts).Text(" ON ");
        for (var i = 0; i < keys.Length; i++)
        {
            join.Text(i > 0 ? " AND " : "").Name(counts).Text(".").Name(keys[i]).Text(" = ").Column(alias, own[i]);
        }

        return counts;
    }
}

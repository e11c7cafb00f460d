using System.Globalization;
using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>
/// Many findUnique of one plan by one statement: the keys of all of them go over as arrays, and each row says whose it is. The database
/// compares, so that what counts as equal is the column's own affair.
/// <code>
/// WITH "@keys" AS (SELECT 1 FROM "User" AS t1 WHERE t1."id" = ANY($1))       never run: from it the server learns the type of $1
/// SELECT t0.…, t2."@query" FROM "User" AS t0
/// INNER JOIN unnest($1) WITH ORDINALITY AS t2("@key0", "@query") ON t0."id" = t2."@key0"
/// </code>
/// </summary>
internal static class MergedFinds
{
    /// <summary>The column with the number of the query, from 1.</summary>
    public const string QueryColumn = "@query";

    /// <summary>Null where the queries look for more than the equality of fields.</summary>
    public static MergedPlan? Compile(Operation operation, CompileContext context)
    {
        if (
            operation.Action is not (OperationAction.FindUnique or OperationAction.FindUniqueOrThrow)
            || operation.Arguments.Find("where") is not InputObject where
            // A combination of one condition is that condition; but Prisma's engine merges none that is written so.
            || where.Fields.Any(part => part.Key is "AND" or "OR" or "NOT")
            || KeysOf(FilterReader.Read(operation.Model!, where, context.Facts)) is not { } keys
        )
        {
            return null;
        }

        var slots = keys.ConvertAll(key => context.NewSlot(key.Field.Name));
        var select = new SelectStatement(operation.Model!, new TableAliases());
        WriteKeyTypes(select, keys, slots);
        WriteJoin(select, keys);
        var rows = RecordReader.Read(select, operation.Selection, context);
        return new MergedPlan(
            rows,
            context.SlotCount,
            ResultStructures.Of(operation.Selection),
            [.. keys.Select((key, i) => new MergedKey(key.Value, slots[i].Slot))]
        );
    }

    /// <summary>The fields and values of a condition that is nothing but equalities, each field once.</summary>
    private static List<Key>? KeysOf(Condition? condition)
    {
        IReadOnlyList<Condition> conditions = condition switch
        {
            null => [],
            AllCondition all => all.Items,
            _ => [condition],
        };
        var keys = new List<Key>();
        foreach (var item in conditions)
        {
            if (
                item
                    is not ScalarCondition
                    {
                        Comparison: Comparison.Equal,
                        IsInsensitive: false,
                        Operand: InputScalar { IsList: false, Expression: ParameterExpression or LiteralExpression } value,
                    } equal
                || equal.Field.IsList
                || keys.Exists(key => key.Field == equal.Field)
            )
            {
                return null;
            }

            keys.Add(new Key(equal.Field, value.Expression));
        }

        return keys.Count == 0 ? null : keys;
    }

    private static void WriteKeyTypes(SelectStatement select, List<Key> keys, List<ScopeName> slots)
    {
        var alias = select.Aliases.New();
        var types = new SqlBuilder().Text("SELECT 1 FROM ").Table(select.Model).Text(" AS ").Name(alias);
        for (var i = 0; i < keys.Count; i++)
        {
            types
                .Text(i > 0 ? " AND " : " WHERE ")
                .Column(alias, keys[i].Field)
                .Text(" = ANY(")
                .Parameter(new SlotExpression(slots[i]), FieldArguments.Of(keys[i].Field, isList: true))
                .Text(")");
        }

        select.With("@keys", types);
    }

    private static void WriteJoin(SelectStatement select, List<Key> keys)
    {
        var alias = select.Aliases.New();
        var join = select.From.Join().Text("INNER JOIN unnest(");
        for (var i = 0; i < keys.Count; i++)
        {
            // The statement's first parameters, which stand in its WITH: the same ones again.
            join.Text(i > 0 ? ", $" : "$").Text((i + 1).ToString(CultureInfo.InvariantCulture));
        }

        join.Text(") WITH ORDINALITY AS ").Name(alias).Text("(");
        for (var i = 0; i < keys.Count; i++)
        {
            join.Name(KeyColumn(i)).Text(", ");
        }

        join.Name(QueryColumn).Text(") ON ");
        for (var i = 0; i < keys.Count; i++)
        {
            join.Text(i > 0 ? " AND " : "").Column(select.Alias, keys[i].Field).Text(" = ").Name(alias).Text(".").Name(KeyColumn(i));
        }

        select.Select(QueryColumn, sql => sql.Name(alias).Text(".").Name(QueryColumn));
    }

    private static string KeyColumn(int number) => "@key" + number.ToString(CultureInfo.InvariantCulture);

    private sealed record Key(ScalarField Field, Expression Value);
}

using Dormouse.Query.Failures;
using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>Compiles <c>groupBy</c>.</summary>
internal static class GroupReader
{
    public static PlanNode Read(Operation operation, CompileContext context)
    {
        var model = operation.Model!;
        var by = ScalarNames.FieldsOf(model, operation.Arguments.Find("by"));
        if (by.Count == 0)
        {
            throw QueryFailure.Input("At least one selection is required for the `by` argument.");
        }

        var arguments = ReadArguments.Read(model, operation.Arguments, context.Facts);
        var having = operation.Arguments.Find("having") is InputObject filter ? FilterReader.Read(model, filter, context.Facts) : null;
        Require(by, operation.Selection, arguments, having);

        var select = new SelectStatement(model, new TableAliases());
        select.Where(arguments.Where);
        foreach (var field in by)
        {
            select.GroupBy().Column(select.Alias, field);
        }

        foreach (var field in operation.Selection.Fields)
        {
            Select(select, field);
        }

        if (having is not null)
        {
            FilterWriter.Write(select.Having(), having, select.Alias, select.Aliases);
        }

        ListReader.WriteOrder(select, OrderTerm.Of(arguments.SqlOrder, select.From));
        select.Page(arguments.Take, arguments.Skip);
        // Groups that are counted from the end stay in the reversed order, as Prisma's engine leaves them.
        return select.ToNode();
    }

    private static void Select(SelectStatement select, SelectedField field)
    {
        if (field is SelectedAggregate aggregate)
        {
            Aggregates.Select(select, aggregate);
        }
        else
        {
            select.Select(((SelectedScalar)field).Field);
        }
    }

    private static void Require(IReadOnlyList<ScalarField> by, Selection selection, ReadArguments arguments, Condition? having)
    {
        ScalarField[] selected = [.. selection.Fields.OfType<SelectedScalar>().Select(s => s.Field)];
        RequireIn(
            by,
            selected,
            "Every selected scalar field that is not part of an aggregation must be included in the by-arguments of the query."
        );
        RequireIn(
            by,
            arguments.OrderBy.OfType<FieldOrdering>().Select(o => o.Field),
            "Every field used for orderBy must be included in the by-arguments of the query."
        );
        RequireIn(
            selected,
            having is null ? [] : PlainFields(having),
            "Every field used in `having` filters must either be an aggregation filter or be included in the selection of the query."
        );
    }

    private static void RequireIn(IReadOnlyList<ScalarField> known, IEnumerable<ScalarField> fields, string rule)
    {
        // The engine names a field as often as it is used.
        var missing = fields.Where(f => !known.Contains(f)).Select(f => f.Name).ToArray();
        if (missing.Length > 0)
        {
            throw QueryFailure.Input($"{rule} Missing fields: {string.Join(", ", missing)}");
        }
    }

    /// <summary>The fields that a condition compares as they are, and those that it compares something with.</summary>
    private static IEnumerable<ScalarField> PlainFields(Condition condition) =>
        condition switch
        {
            AllCondition all => all.Items.SelectMany(PlainFields),
            AnyCondition any => any.Items.SelectMany(PlainFields),
            NoneCondition none => none.Items.SelectMany(PlainFields),
            ScalarCondition scalar => [.. scalar.Aggregate is null ? [scalar.Field] : (ScalarField[])[], .. Referenced(scalar.Operand)],
            ListCondition list => [list.Field, .. Referenced(list.Operand)],
            JsonCondition json => [json.Field, .. Referenced(json.Operand)],
            SearchCondition search => search.Fields,
            _ => [],
        };

    private static IEnumerable<ScalarField> Referenced(InputValue? operand) => operand is InputFieldReference other ? [other.Field] : [];
}

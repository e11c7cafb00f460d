using Dormouse.Query.Documents;
using Dormouse.Query.Inputs.Faults;
using Dormouse.Query.Operations;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>What PostgreSQL would refuse in its own words: fields of groupBy that are neither grouped by nor aggregated.</summary>
internal static class GroupByRules
{
    public static void Check(Operation operation, LiteralFacts facts)
    {
        var by = ((InputList)operation.Arguments.Find("by")!).Items.Select(item => ((InputEnum)item).Value).ToHashSet();
        if (by.Count == 0)
        {
            throw InputFailure.Of("At least one selection is required for the `by` argument.");
        }

        var selected = operation.Selection.Fields.OfType<SelectedScalar>().Select(field => field.Name).ToList();
        Require(
            selected.Where(name => !by.Contains(name)),
            "Every selected scalar field that is not part of an aggregation must be included in the by-arguments of the query."
        );
        Require(
            Ordered(operation, facts).Where(name => !by.Contains(name)),
            "Every field used for orderBy must be included in the by-arguments of the query."
        );
        Require(
            Filtered(operation.Arguments.Find("having")).Where(name => !selected.Contains(name)),
            "Every field used in `having` filters must either be an aggregation filter or be included in the selection of the query."
        );
    }

    private static void Require(IEnumerable<string> missing, string rule)
    {
        var names = string.Join(", ", missing);
        if (names.Length > 0)
        {
            throw InputFailure.Of($"{rule} Missing fields: {names}");
        }
    }

    /// <summary>The scalars of orderBy; a page without any is ordered by the id.</summary>
    private static IEnumerable<string> Ordered(Operation operation, LiteralFacts facts)
    {
        var ordered = operation.Arguments.Find("orderBy") is InputList orders
            ? orders.Items.SelectMany(item => ((InputObject)item).Fields).Select(field => field.Key).ToList()
            : [];
        var isPage =
            operation.Arguments.Find("take") is not null
            || (operation.Arguments.Find("skip") is InputScalar { Literal: >= 0 } skip && facts.InspectSign(skip.Literal) > 0);
        return ordered.Count == 0 && isPage
            ? operation.Model!.UniqueCriteria.First().Fields.Select(item => item.Field.Name)
            : ordered.Where(name => name[0] != '_' || operation.Model!.TryGetField(name, out _));
    }

    /// <summary>The fields of the conditions that concern the records themselves, once for each condition.</summary>
    private static IEnumerable<string> Filtered(InputValue? having) =>
        having switch
        {
            InputList list => list.Items.SelectMany(Filtered),
            InputObject filter => filter.Fields.SelectMany(field =>
                field.Key is "AND" or "OR" or "NOT"
                    ? Filtered(field.Value)
                    : Enumerable.Repeat(field.Key, PlainConditions(field.Value))
            ),
            _ => [],
        };

    private static int PlainConditions(InputValue filter) =>
        filter is InputObject conditions
            ? conditions.Fields.Sum(field =>
                field.Key switch
                {
                    "mode" or "path" or "_count" or "_avg" or "_sum" or "_min" or "_max" => 0,
                    "not" => PlainConditions(field.Value),
                    _ => 1,
                }
            )
            : 1;
}

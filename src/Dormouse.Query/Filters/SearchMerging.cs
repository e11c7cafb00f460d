using Dormouse.Query.Documents;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;

namespace Dormouse.Query.Filters;

/// <summary>
/// Searches for the same words that stand in one group become one search over all their fields, as Prisma's engine does it: the words
/// may then lie in different fields, so this is no mere optimization.
/// </summary>
internal static class SearchMerging
{
    public static Condition? Merge(Condition? condition, LiteralFacts facts) =>
        condition is null ? null : Descend(Flatten(condition), facts);

    private static Condition Descend(Condition condition, LiteralFacts facts) =>
        condition switch
        {
            AllCondition all => new AllCondition(MergeItems(all.Items, facts)),
            AnyCondition any => new AnyCondition(MergeItems(any.Items, facts)),
            NoneCondition none => new NoneCondition(MergeItems(none.Items, facts)),
            RelationCondition { Nested: { } nested } relation => relation with { Nested = Merge(nested, facts) },
            _ => condition,
        };

    private static List<Condition> MergeItems(IReadOnlyList<Condition> items, LiteralFacts facts)
    {
        var searches = items.OfType<SearchCondition>().Where(s => !s.IsNegated).ToArray();
        if (searches.Length < 2)
        {
            return [.. items.Select(i => Descend(i, facts))];
        }

        var merged = searches
            .GroupBy(s => WordsOf(s.Query, facts))
            // The engine adds the first one's field at the end.
            .Select(g => new SearchCondition([.. g.Skip(1).SelectMany(s => s.Fields), .. g.First().Fields], g.First().Query, false));
        return [.. items.Where(i => i is not SearchCondition { IsNegated: false }).Select(i => Descend(i, facts)), .. merged];
    }

    private static string WordsOf(InputValue query, LiteralFacts facts) =>
        query is InputScalar { Literal: >= 0 } scalar ? facts.InspectText(scalar.Literal)
        : query is InputScalar { Expression: LiteralExpression { Value: Values.TextValue text } } ? text.ToString()
        : query.ToString() ?? "";

    /// <summary>A group within a group of its kind is one group.</summary>
    private static Condition Flatten(Condition condition) =>
        condition switch
        {
            AllCondition all => new AllCondition([.. all.Items.Select(Flatten).SelectMany(i => i is AllCondition a ? a.Items : [i])]),
            AnyCondition any => new AnyCondition([.. any.Items.Select(Flatten).SelectMany(i => i is AnyCondition a ? a.Items : [i])]),
            NoneCondition none => new NoneCondition([.. none.Items.Select(Flatten)]),
            _ => condition,
        };
}

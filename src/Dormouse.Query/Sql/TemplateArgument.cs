using Dormouse.Query.Failures;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Sql;

/// <summary>The value for one place of a template: one value, a tuple of values, or a list of tuples.</summary>
internal sealed class TemplateArgument
{
    private readonly PlanValue? single;
    private readonly IReadOnlyList<PlanValue> items = [];

    private TemplateArgument(PlanValue single) => this.single = single;

    private TemplateArgument(FragmentKind kind, IReadOnlyList<PlanValue> items)
    {
        Kind = kind;
        this.items = items;
        Count = kind == FragmentKind.Tuple ? items.Count : items.Sum(t => ((ListValue)t).Items.Count);
    }

    public FragmentKind Kind { get; } = FragmentKind.Parameter;

    /// <summary>How many parameters it takes.</summary>
    public int Count { get; } = 1;

    /// <summary>The number of tuples in a list.</summary>
    public int Groups => Kind == FragmentKind.TupleList ? items.Count : 1;

    /// <summary>All tuples have the same size, so that the counts alone determine the text.</summary>
    public bool IsUniform => Kind != FragmentKind.TupleList || items.All(t => ((ListValue)t).Items.Count == GroupSize(0));

    public IReadOnlyList<PlanValue> Items => items;

    public IEnumerable<PlanValue> Values =>
        Kind switch
        {
            FragmentKind.Parameter => [single!],
            FragmentKind.Tuple => items,
            _ => items.SelectMany(t => ((ListValue)t).Items),
        };

    public int GroupSize(int group) => ((ListValue)items[group]).Items.Count;

    public TemplateArgument WithItems(IReadOnlyList<PlanValue> some) => new(Kind, some);

    public static TemplateArgument Of(Fragment fragment, PlanValue value)
    {
        if (fragment.Kind == FragmentKind.Parameter)
        {
            return new TemplateArgument(value);
        }

        var list = value switch
        {
            ListValue given => given.Items,
            RowsValue rows => Cells.Records(rows).Items,
            _ when fragment.Kind == FragmentKind.Tuple => [value],
            _ => throw PlanFailure.Plain("Malformed query template. Tuple list expected."),
        };
        if (fragment.Kind == FragmentKind.TupleList)
        {
            RequireTuples(list);
        }

        return new TemplateArgument(fragment.Kind, list);
    }

    private static void RequireTuples(IReadOnlyList<PlanValue> list)
    {
        if (list.Count == 0)
        {
            throw PlanFailure.Plain("Malformed query template. Tuple list cannot be empty.");
        }

        if (list.Any(t => t is not ListValue))
        {
            throw PlanFailure.Plain("Malformed query template. Tuple expected.");
        }
    }
}

internal static class TemplateArguments
{
    /// <summary>One argument per place; the compiler checked that there are enough.</summary>
    public static TemplateArgument[] Pair(Fragment[] fragments, PlanValue[] values)
    {
        var places = fragments.Where(f => f.Kind != FragmentKind.Text).ToArray();
        var pairs = new TemplateArgument[places.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = TemplateArgument.Of(places[i], values[i]);
        }

        return pairs;
    }
}

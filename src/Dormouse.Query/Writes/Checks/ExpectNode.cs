using Dormouse.Query.Nodes;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Writes.Checks;

/// <summary>Fails unless an earlier step found, or changed, as many records as it should.</summary>
internal sealed class ExpectNode(ScopeName records, Expectation expectation) : PlanNode
{
    public Expectation Expectation { get; } = expectation;

    public override ValueTask<PlanValue> EvaluateAsync(PlanRun run)
    {
        var found = CountOf(run.Find(records));
        if (!Expectation.Expected.Admits(found, run))
        {
            throw Expectation.Failure.ToException(found, Expectation.Expected.Expected(run));
        }

        return new(NothingValue.Instance);
    }

    public override void Describe(PlanText text) => text.Line($"expect {Expectation.Expected} of {records} or {Expectation.Failure}");

    public static long CountOf(PlanValue? value) =>
        value switch
        {
            RowsValue rows => rows.Count,
            ListValue list => list.Items.Count,
            NumberValue number => (long)number.Value,
            null or NullValue or NothingValue => 0,
            _ => 1,
        };
}

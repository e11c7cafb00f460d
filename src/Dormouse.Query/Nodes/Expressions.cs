using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

/// <summary>A value in a plan: a literal, a placeholder, a call of a generator, or a list of such.</summary>
internal abstract class Expression
{
    public abstract PlanValue Evaluate(PlanRun run);
}

internal sealed class LiteralExpression(PlanValue value) : Expression
{
    public PlanValue Value { get; } = value;

    public override PlanValue Evaluate(PlanRun run) => Value;

    public override string ToString() => Encoding.UTF8.GetString(JsonValues.Serialize(Value).Span);
}

internal sealed class PlaceholderExpression(ScopeName name, bool isInstant) : Expression
{
    public override PlanValue Evaluate(PlanRun run)
    {
        var found = run.Find(name);
        if (found is null or NothingValue)
        {
            throw PlanFailure.Plain($"Missing value for query variable {name.Name}");
        }

        return isInstant && found is TextValue text ? new InstantValue(ParameterText.ParseInstant(text)) : found;
    }

    public override string ToString() => name.ToString();
}

/// <summary>A parameter of an operation of protocol A, bound from a literal of the request.</summary>
internal sealed class ParameterExpression(int index) : Expression
{
    public int Index { get; } = index;

    public override PlanValue Evaluate(PlanRun run) => run.Bound[Index];

    public override string ToString() => $"parameter {Index}";
}

internal sealed class GeneratorExpression(string name, Expression[] arguments) : Expression
{
    public override PlanValue Evaluate(PlanRun run)
    {
        var values = new PlanValue[arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = AsList(arguments[i].Evaluate(run));
        }

        var value = run.Generators.Call(name, values);
        run.Charge(value is ListValue list ? list.Items.Count : 1);
        return value;
    }

    private static PlanValue AsList(PlanValue value) => value is Rows.RowsValue rows ? Rows.Cells.Records(rows) : value;

    public override string ToString() => $"{name}({string.Join(", ", arguments.AsEnumerable())})";
}

/// <summary>A text with something before and behind it: a pattern.</summary>
internal sealed class SurroundedExpression(string before, Expression inner, string after) : Expression
{
    private readonly byte[] before = Encoding.UTF8.GetBytes(before);
    private readonly byte[] after = Encoding.UTF8.GetBytes(after);

    public override PlanValue Evaluate(PlanRun run) =>
        inner.Evaluate(run) is TextValue text ? new TextValue((byte[])[.. before, .. text.Utf8.Span, .. after]) : NullValue.Instance;

    public override string ToString() => $"'{Encoding.UTF8.GetString(before)}' + {inner} + '{Encoding.UTF8.GetString(after)}'";
}

/// <summary>A negative number without its sign.</summary>
internal sealed class NegatedExpression(Expression inner) : Expression
{
    public override PlanValue Evaluate(PlanRun run) =>
        inner.Evaluate(run) switch
        {
            TextValue text => new TextValue(text.Utf8.TrimStart((byte)'-')),
            var number => new NumberValue(-Lists.NumberOf(number)),
        };

    public override string ToString() => $"-({inner})";
}

internal sealed class ListExpression(Expression[] items) : Expression
{
    public IReadOnlyList<Expression> Items => items;

    public override PlanValue Evaluate(PlanRun run)
    {
        var values = new PlanValue[items.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = items[i].Evaluate(run);
        }

        return new ListValue(values);
    }

    public override string ToString() => $"[{string.Join(", ", items.AsEnumerable())}]";
}

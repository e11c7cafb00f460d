using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Statements;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Graphs;

/// <summary>What a step takes from earlier ones, by the slots that hold their records.</summary>
internal sealed class StepInputs
{
    private readonly List<ScalarChange> injected = [];

    /// <summary>The records that it works on.</summary>
    public ScopeName? Selector { get; private set; }

    public ScopeName? Parent { get; private set; }

    public ScopeName? Children { get; private set; }

    public ScopeName? Condition { get; private set; }

    public ScopeName? Yield { get; private set; }

    public ScopeName? Left { get; private set; }

    public ScopeName? Right { get; private set; }

    public void Add(Link link, ScopeName records)
    {
        switch (link.Use)
        {
            case DataUse.Selector:
                Selector = records;
                break;
            case DataUse.Inject:
                Inject(link.Fields, link.Targets, records);
                break;
            case DataUse.Parent:
                Parent = records;
                break;
            case DataUse.Children:
                Children = records;
                break;
            case DataUse.Condition:
                Condition = records;
                break;
            case DataUse.Yield:
                Yield = records;
                break;
            case DataUse.Left:
                Left = records;
                break;
            case DataUse.Right:
                Right = records;
                break;
        }
    }

    /// <summary>The changes of a new record with what earlier steps add.</summary>
    public ChangeSet Complete(ChangeSet changes)
    {
        if (injected.Count == 0)
        {
            return changes;
        }

        var complete = changes.Copy();
        injected.ForEach(complete.Add);
        return complete;
    }

    /// <summary>The same for an update, which counts as one as soon as a key is added.</summary>
    public ChangeSet Complete(ChangeSet changes, Model model)
    {
        var complete = Complete(changes);
        if (injected.Count > 0)
        {
            complete.Touch(model);
        }

        return complete;
    }

    private void Inject(IReadOnlyList<ScalarField> fields, IReadOnlyList<ScalarField> targets, ScopeName records)
    {
        for (var i = 0; i < targets.Count; i++)
        {
            var value = new RecordFieldExpression(records, fields[i].DatabaseName);
            injected.Add(new ScalarChange(targets[i], ChangeKind.Set, value, ArgumentType.Unknown));
        }
    }
}

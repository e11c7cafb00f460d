using System.Diagnostics.CodeAnalysis;
using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Data;

internal enum ChangeKind : byte
{
    Set,
    Add,
    Subtract,
    Multiply,
    Divide,

    /// <summary>Puts values at the end of a list.</summary>
    Append,
}

/// <summary>What happens to one column.</summary>
/// <param name="Type">How the value is written as a parameter.</param>
internal readonly record struct ScalarChange(ScalarField Field, ChangeKind Kind, Expression Value, ArgumentType Type);

/// <summary>What happens to the columns of a record, in the order of the request. A column has one change: a later one replaces it.</summary>
internal sealed class ChangeSet
{
    private readonly OrderedDictionary<ScalarField, ScalarChange> changes = [];

    /// <summary>Sets columns to NULL.</summary>
    public static ChangeSet Nulls(IEnumerable<ScalarField> fields)
    {
        var changes = new ChangeSet();
        foreach (var field in fields)
        {
            changes.Add(new ScalarChange(field, ChangeKind.Set, new LiteralExpression(NullValue.Instance), ArgumentType.Unknown));
        }

        return changes;
    }

    public IEnumerable<ScalarChange> Items => changes.Values;

    public int Count => changes.Count;

    public bool IsEmpty => changes.Count == 0;

    public bool Has(ScalarField field) => changes.ContainsKey(field);

    public bool TryGet(ScalarField field, [MaybeNullWhen(false)] out ScalarChange change) => changes.TryGetValue(field, out change);

    public void Add(ScalarChange change) => changes[change.Field] = change;

    /// <summary>Sets the <c>@updatedAt</c> fields to the time of the operation, unless the request says otherwise.</summary>
    public void Touch(Model model)
    {
        foreach (var field in model.ScalarFields)
        {
            if (field.IsUpdatedAt && !Has(field))
            {
                Add(new ScalarChange(field, ChangeKind.Set, EngineDefaults.Now, FieldArguments.Of(field, field.IsList)));
            }
        }
    }

    /// <summary>The same for an update, which touches nothing when it changes nothing.</summary>
    public void TouchIfChanged(Model model)
    {
        if (!IsEmpty)
        {
            Touch(model);
        }
    }

    public ChangeSet Copy()
    {
        var copy = new ChangeSet();
        foreach (var change in Items)
        {
            copy.Add(change);
        }

        return copy;
    }
}

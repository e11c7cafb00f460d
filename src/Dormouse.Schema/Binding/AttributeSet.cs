using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>
/// The attributes of one thing, taken one after the other by whoever understands them. What nobody took is unknown, and what may stand
/// once stands once: nobody has to check that.
/// </summary>
internal ref struct AttributeSet(BindingContext context, AttributeSyntax[] attributes, string[] known)
{
    /// <summary>One bit an attribute; things with more attributes than bits keep the rest in the list.</summary>
    private ulong taken;

    private HashSet<int>? takenBeyond;

    /// <summary>Takes the only attribute of a name. Where there are several, all are wrong, and none is used.</summary>
    public bool TryTakeSingle(string name, out AttributeArguments arguments)
    {
        arguments = default;
        int first = Find(name, 0);
        if (first < 0)
        {
            return false;
        }
        int second = Find(name, first + 1);
        if (second < 0)
        {
            Take(first);
            return AttributeArguments.TryRead(context, attributes[first], out arguments);
        }
        for (int index = first; index >= 0; index = Find(name, index + 1))
        {
            Take(index);
            context.Report(AttributeMessages.Duplicate(name, attributes[index].Span));
        }
        return false;
    }

    /// <summary>Takes the next attribute of a name, from a position on that it moves behind it.</summary>
    public bool TryTakeNext(string name, ref int position, out AttributeArguments arguments)
    {
        for (int index = Find(name, position); index >= 0; index = Find(name, index + 1))
        {
            Take(index);
            position = index + 1;
            if (AttributeArguments.TryRead(context, attributes[index], out arguments))
            {
                return true;
            }
        }
        arguments = default;
        return false;
    }

    /// <summary>Takes the attribute of the form <c>@datasource.Type</c>, which the rules look at.</summary>
    public void TakeNativeType()
    {
        bool isTaken = false;
        for (int index = 0; index < attributes.Length; index++)
        {
            AttributeSyntax attribute = attributes[index];
            if (!attribute.IsNativeType)
            {
                continue;
            }
            Take(index);
            if (isTaken)
            {
                string scope = attribute.Name.Text[..attribute.Name.Text.IndexOf('.')];
                context.Report(AttributeMessages.Duplicate(scope, attribute.Span));
            }
            isTaken = true;
        }
    }

    /// <summary>Reports the attributes that nobody took.</summary>
    public readonly void Finish()
    {
        for (int index = 0; index < attributes.Length; index++)
        {
            if (!IsTaken(index))
            {
                context.Report(AttributeMessages.Unknown(attributes[index].Name.Text, known, attributes[index].Span));
            }
        }
    }

    private readonly int Find(string name, int from)
    {
        for (int index = from; index < attributes.Length; index++)
        {
            if (attributes[index].Name.Text == name)
            {
                return index;
            }
        }
        return -1;
    }

    private readonly bool IsTaken(int index) => index < 64 ? (taken & (1UL << index)) != 0 : takenBeyond?.Contains(index) == true;

    private void Take(int index)
    {
        if (index < 64)
        {
            taken |= 1UL << index;
        }
        else
        {
            (takenBeyond ??= []).Add(index);
        }
    }
}

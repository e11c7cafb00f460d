using System.Globalization;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>The arguments of one attribute, taken by name by whoever understands them; the rest is reported.</summary>
internal ref struct AttributeArguments
{
    /// <summary>No attribute takes a tenth of it. What stands beyond is not looked at, so that a long list stays cheap.</summary>
    private const int MostArguments = 64;

    private readonly BindingContext context;
    private ulong taken;

    private AttributeArguments(BindingContext context, AttributeSyntax attribute)
    {
        this.context = context;
        Syntax = attribute;
    }

    public AttributeSyntax Syntax { get; }

    /// <summary>Checks what is wrong in any attribute; false where what is left could not be understood.</summary>
    public static bool TryRead(BindingContext context, AttributeSyntax attribute, out AttributeArguments arguments)
    {
        arguments = new AttributeArguments(context, attribute);
        ArgumentSyntax[] items = attribute.Arguments.Items;
        bool isUsable = ReportEmpty(context, attribute, attribute.Arguments);
        isUsable &= ReportComma(context, attribute, attribute.Arguments);
        int unnamed = 0;
        for (int index = 0; index < Math.Min(items.Length, MostArguments); index++)
        {
            ArgumentSyntax item = items[index];
            isUsable &= ReportEmptyWithin(context, attribute, item.Value);
            if (item.Name is not { } name)
            {
                unnamed++;
            }
            else if (arguments.IndexOf(name) is int first && first != index)
            {
                arguments.Take(index);
                context.Report(AttributeMessages.DuplicateArgument(name, item.Span));
            }
        }
        if (unnamed > 1)
        {
            context.Report(AttributeMessages.SeveralUnnamed(attribute));
            isUsable = false;
        }
        return isUsable;
    }

    /// <summary>The argument of a name, if it is there.</summary>
    public ExpressionSyntax? Optional(string name)
    {
        int index = IndexOf(name);
        if (index < 0)
        {
            return null;
        }
        Take(index);
        return Syntax.Arguments.Items[index].Value;
    }

    /// <summary>The argument of a name, or the one without a name. Reports where there is neither, or both.</summary>
    public ExpressionSyntax? Required(string name)
    {
        bool isUnnamedToo = IndexOf(name) >= 0 && IndexOf(null) >= 0;
        ExpressionSyntax? value = OptionalUnnamed(name);
        if (isUnnamedToo)
        {
            context.Report(AttributeMessages.DuplicateUnnamedArgument(name, Syntax.Arguments.Items[IndexOf(name)].Span));
            return null;
        }
        if (value is null)
        {
            context.Report(AttributeMessages.MissingArgument(name, Syntax.Span));
        }
        return value;
    }

    /// <summary>The argument of a name, or the one without a name, if one of them is there; none where both are.</summary>
    public ExpressionSyntax? OptionalUnnamed(string name)
    {
        int unnamed = IndexOf(null);
        ExpressionSyntax? named = Optional(name);
        if (unnamed < 0)
        {
            return named;
        }
        Take(unnamed);
        return named is null ? Syntax.Arguments.Items[unnamed].Value : null;
    }

    /// <summary>A text that is not empty.</summary>
    public string? OptionalText(string name)
    {
        string? text = Optional(name) is { } value ? Text(value) : null;
        if (text is { Length: 0 })
        {
            context.Report(AttributeMessages.EmptyText(Syntax, name));
            return null;
        }
        return text;
    }

    /// <summary>Reports the arguments that nobody took.</summary>
    public readonly void Finish()
    {
        for (int index = 0; index < Syntax.Arguments.Items.Length; index++)
        {
            if (index >= MostArguments || (taken & (1UL << index)) == 0)
            {
                context.Report(AttributeMessages.UnknownArgument(Syntax, Syntax.Arguments.Items[index].Span));
            }
        }
    }

    public readonly string? Text(ExpressionSyntax value)
    {
        if (value is StringSyntax text)
        {
            return text.Value;
        }
        context.Report(AttributeMessages.WrongValue("string", value));
        return null;
    }

    public readonly string? Constant(ExpressionSyntax? value)
    {
        if (value is null or ConstantSyntax)
        {
            return (value as ConstantSyntax)?.Text;
        }
        context.Report(AttributeMessages.WrongValue("constant", value));
        return null;
    }

    public readonly bool? Boolean(ExpressionSyntax? value)
    {
        if (value is null)
        {
            return null;
        }
        if (value is ConstantSyntax { Text: "true" or "false" } constant)
        {
            return constant.Text == "true";
        }
        context.Report(AttributeMessages.WrongValue("boolean", value));
        return null;
    }

    public readonly long? Integer(ExpressionSyntax? value)
    {
        if (value is null)
        {
            return null;
        }
        if (
            value is NumberSyntax number
            && long.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed)
        )
        {
            return parsed;
        }
        context.Report(AttributeMessages.WrongValue("numeric", value));
        return null;
    }

    private static bool ReportEmptyWithin(BindingContext context, AttributeSyntax attribute, ExpressionSyntax value)
    {
        bool isUsable = true;
        if (value is FunctionSyntax function)
        {
            isUsable = ReportEmpty(context, attribute, function.Arguments);
            isUsable &= ReportComma(context, attribute, function.Arguments);
        }
        else if (value is ArraySyntax array)
        {
            foreach (ExpressionSyntax item in array.Items)
            {
                if (item is FunctionSyntax inner)
                {
                    isUsable &= ReportEmpty(context, attribute, inner.Arguments);
                }
            }
        }
        return isUsable;
    }

    private static bool ReportEmpty(BindingContext context, AttributeSyntax attribute, ArgumentListSyntax arguments)
    {
        if (arguments.Flaws?.Empty is not { } empty)
        {
            return true;
        }
        foreach (Identifier name in empty)
        {
            context.Report(AttributeMessages.EmptyArgument(attribute, name));
        }
        return false;
    }

    private static bool ReportComma(BindingContext context, AttributeSyntax attribute, ArgumentListSyntax arguments)
    {
        if (arguments.Flaws?.TrailingComma is not { } comma)
        {
            return true;
        }
        context.Report(AttributeMessages.TrailingComma(attribute, comma));
        return false;
    }

    private readonly int IndexOf(string? name)
    {
        ArgumentSyntax[] items = Syntax.Arguments.Items;
        for (int index = 0; index < Math.Min(items.Length, MostArguments); index++)
        {
            if (items[index].Name == name)
            {
                return index;
            }
        }
        return -1;
    }

    private void Take(int index)
    {
        taken |= 1UL << index;
    }
}

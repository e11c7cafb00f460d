using System.Globalization;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Binding;

/// <summary>The fields that a list in an attribute names, and those that it should not name.</summary>
internal readonly record struct FieldList(IndexFieldEntry[] Fields, IReadOnlyList<string> Unknown, IReadOnlyList<FieldEntry> Relations)
{
    public bool IsComplete => Unknown.Count == 0 && Relations.Count == 0;
}

/// <summary>Reads lists of fields, with and without arguments of their own. Gives null where the list itself is wrong, having said so.</summary>
internal static class FieldListReader
{
    /// <summary>PostgreSQL takes 32 columns in a key; more than this is not looked at, so that a long list stays cheap.</summary>
    private const int MostFields = 1_000;

    private const int MostWalked = 16;

    public static FieldList? Read(
        BindingContext context,
        ModelEntry model,
        ExpressionSyntax value,
        SourceSpan attribute,
        bool withArguments
    )
    {
        List<ExpressionSyntax> items = value is ArraySyntax array ? array.Items : [value];
        var fields = new IndexFieldEntry[Math.Min(items.Count, MostFields)];
        int found = 0;
        List<string>? unknown = null;
        List<FieldEntry>? relations = null;
        HashSet<FieldEntry>? named = null;
        bool isWrong = false;
        for (int index = 0; index < fields.Length; index++)
        {
            ExpressionSyntax item = items[index];
            if (Name(context, item, withArguments) is not { } name)
            {
                isWrong = true;
                continue;
            }
            IndexFieldEntry? arguments = item is FunctionSyntax function ? Arguments(context, function) : null;
            if (model.FindField(name) is not { } field)
            {
                (unknown ??= []).Add(name);
            }
            else if (TypePass.IsScalar(context, field.Syntax) is var isScalar && isScalar == false)
            {
                (relations ??= []).Add(field);
            }
            else if (IsNamed(fields.AsSpan(0, found), ref named, field))
            {
                context.Report(KeyMessages.RepeatedField(model.Name, name, attribute));
                return null;
            }
            else
            {
                isWrong |= isScalar is null;
                fields[found++] = (arguments ?? default) with { Field = field };
            }
        }
        if (model.Syntax.HasBrokenLines && unknown is not null)
        {
            return null;
        }
        IndexFieldEntry[] all = found == fields.Length ? fields : fields[..found];
        return isWrong ? null : new FieldList(all, (IReadOnlyList<string>?)unknown ?? [], (IReadOnlyList<FieldEntry>?)relations ?? []);
    }

    /// <summary>Whether a field is in the list already; a short list is walked, for a long one there is a table.</summary>
    private static bool IsNamed(ReadOnlySpan<IndexFieldEntry> fields, ref HashSet<FieldEntry>? table, FieldEntry field)
    {
        if (fields.Length > MostWalked)
        {
            table ??= [.. fields.ToArray().Select(item => item.Field)];
            return !table.Add(field);
        }
        foreach (IndexFieldEntry item in fields)
        {
            if (item.Field == field)
            {
                return true;
            }
        }
        return false;
    }

    private static string? Name(BindingContext context, ExpressionSyntax item, bool withArguments)
    {
        switch (item)
        {
            case ConstantSyntax constant:
                return constant.Text;
            case FunctionSyntax function when withArguments:
                return function.Name;
            default:
                context.Report(AttributeMessages.WrongValue(withArguments ? "constant literal" : "constant", item));
                return null;
        }
    }

    private static IndexFieldEntry Arguments(BindingContext context, FunctionSyntax function)
    {
        SortOrder? sort = null;
        bool hasLength = false;
        OperatorClass? operatorClass = null;
        if (Argument(function, "sort") is { } sortArgument)
        {
            sort = Sort(context, sortArgument);
        }
        if (Argument(function, "length") is { } length)
        {
            hasLength =
                length.Value is NumberSyntax number
                && long.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed)
                && parsed >= 0;
            if (length.Value is not NumberSyntax { Text: var text } || text.Contains('.'))
            {
                context.Report(AttributeMessages.WrongValue("numeric", length.Value));
            }
        }
        if (Argument(function, "ops") is { } ops)
        {
            operatorClass = OperatorClassOf(context, ops);
        }
        return new IndexFieldEntry(default, sort, hasLength, operatorClass);
    }

    private static ArgumentSyntax? Argument(FunctionSyntax function, string name) => function.Arguments.Find(name);

    private static SortOrder? Sort(BindingContext context, ArgumentSyntax argument)
    {
        switch (argument.Value)
        {
            case ConstantSyntax { Text: "Asc" }:
                return SortOrder.Ascending;
            case ConstantSyntax { Text: "Desc" }:
                return SortOrder.Descending;
            case ConstantSyntax:
                context.Report(KeyMessages.SortExpected(argument.Span));
                return null;
            default:
                context.Report(AttributeMessages.WrongValue("constant", argument.Value));
                return null;
        }
    }

    private static OperatorClass? OperatorClassOf(BindingContext context, ArgumentSyntax argument)
    {
        switch (argument.Value)
        {
            case ConstantSyntax constant when OperatorClasses.IsKnown(constant.Text):
                return new OperatorClass(constant.Text, IsRaw: false);
            case ConstantSyntax constant:
                string suggestion = Spelling.Suggestion(constant.Text, OperatorClasses.Names);
                context.Report(KeyMessages.UnknownOperatorClass(constant.Text, suggestion, constant.Span));
                return null;
            case FunctionSyntax { Name: "raw" } raw when raw.Arguments.Items.Length != 1:
                string count = $"Wrong number of arguments. Expected: 1, got: {raw.Arguments.Items.Length}";
                context.Report(KeyMessages.RawOperatorClass(count, raw.Span));
                return null;
            case FunctionSyntax { Name: "raw" } raw when raw.Arguments.Items[0].Value is StringSyntax text:
                return new OperatorClass(text.Value, IsRaw: true);
            case FunctionSyntax { Name: "raw" } raw:
                context.Report(KeyMessages.RawOperatorClass("Invalid parameter type: expected string", raw.Span));
                return null;
            default:
                context.Report(KeyMessages.OperatorClassExpected(argument.Span));
                return null;
        }
    }
}

using System.Globalization;
using Dormouse.Schema.Binding;
using Dormouse.Schema.Diagnostics;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Validation;

/// <summary>The rules for <c>@db.…</c>, and for <c>Unsupported</c> types that are supported after all. Fills in the fields' types.</summary>
internal static class NativeTypeRules
{
    public static void Check(BindingContext context, FieldEntry field)
    {
        if (field.Scalar!.Type is not null)
        {
            if (field.NativeAttribute is { } attribute)
            {
                CheckNative(context, field.Scalar, attribute);
            }
        }
        else if (field.Scalar.UnsupportedType is { } unsupported && context.Datasource is { } datasource)
        {
            CheckUnsupported(context, field, unsupported, datasource.Name);
        }
    }

    private static void CheckNative(BindingContext context, ScalarField field, AttributeSyntax attribute)
    {
        // Fields of lines that are alike share the attribute, and then what it means.
        if (context.NativeMeanings.TryGetValue(attribute, out NativeMeaning meaning) && meaning.Scalar == field.Type)
        {
            field.NativeType = meaning.Type;
            return;
        }
        SourceSpan span = attribute.Span;
        int dot = attribute.Name.Text.IndexOf('.');
        string scope = attribute.Name.Text[..dot];
        string name = attribute.Name.Text[(dot + 1)..];
        if (context.Datasource is { } datasource && datasource.Name != scope)
        {
            context.Report(FieldMessages.TypePrefix(scope, datasource.Name, name, span));
        }
        if (NativeTypes.Find(name) is not { } shape)
        {
            string suggestion = Spelling.Suggestion(name, NativeTypes.Names);
            context.Report(FieldMessages.UnknownNativeType(name, suggestion, span));
            return;
        }
        ArgumentSyntax[] given = attribute.Arguments.Items;
        if (given.Length > shape.MostArguments)
        {
            context.Report(
                shape.MostArguments == 0
                    ? FieldMessages.NoTypeArguments(name, given.Length, span)
                    : FieldMessages.TooManyTypeArguments(name, shape.MostArguments, given.Length, span)
            );
            return;
        }
        if (shape.Scalar != field.Type)
        {
            context.Report(FieldMessages.IncompatibleType(name, field.Type!.Value, shape.Scalar, span));
            return;
        }
        string[] texts = [.. given.Select(argument => argument.Value.Shown)];
        if (!TryNumbers(shape, texts, out int[] numbers))
        {
            context.Report(FieldMessages.TypeArgumentValue(shape.MostArguments, string.Join(", ", texts), span));
            return;
        }
        field.NativeType = new NativeType(shape.Name, numbers);
        CheckRange(context, field.NativeType, span);
        context.NativeMeanings[attribute] = new NativeMeaning(shape.Scalar, field.NativeType);
    }

    private static void CheckRange(BindingContext context, NativeType type, SourceSpan span)
    {
        if (type.Arguments.Count == 0)
        {
            return;
        }
        int first = type.Arguments[0];
        switch (type.Name)
        {
            case "Decimal" when type.Arguments[1] > first:
                context.Report(FieldMessages.ScaleAbovePrecision(type, span));
                break;
            case "Decimal" when first is 0 or > 1000:
                context.Report(FieldMessages.TypeArgumentRange(type, "Precision must be positive with a maximum value of 1000.", span));
                break;
            case "Bit" or "VarBit" when first == 0:
                context.Report(FieldMessages.TypeArgumentRange(type, "M must be a positive integer.", span));
                break;
            case "Timestamp" or "Timestamptz" or "Time" or "Timetz" when first > 6:
                context.Report(FieldMessages.TypeArgumentRange(type, "M can range from 0 to 6.", span));
                break;
        }
    }

    private static bool TryNumbers(NativeTypeShape shape, string[] texts, out int[] numbers)
    {
        numbers = new int[texts.Length];
        for (int index = 0; index < texts.Length; index++)
        {
            if (!int.TryParse(texts[index], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[index]))
            {
                return false;
            }
        }
        return texts.Length == 0 || texts.Length == shape.MostArguments;
    }

    /// <summary>Whether the text of an <c>Unsupported</c> type is <c>Name</c> or <c>Name(1, 2)</c> of a type that is supported.</summary>
    private static void CheckUnsupported(BindingContext context, FieldEntry field, string text, string datasource)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal);
        string name = (open < 0 ? text : text[..open]).Trim();
        if (open == 0 || NativeTypes.Find(name) is not { } shape)
        {
            return;
        }
        string[] texts = [];
        int close = open < 0 ? -1 : text.IndexOf(')', open);
        if (close > 0)
        {
            texts = [.. text[(open + 1)..close].Split(',').Select(part => part.Trim())];
        }
        if (shape.MostArguments == 0)
        {
            texts = [];
        }
        if (TryNumbers(shape, texts, out int[] numbers))
        {
            context.Report(FieldMessages.SupportedType(field, shape.Scalar, datasource, new NativeType(shape.Name, numbers)));
        }
    }
}

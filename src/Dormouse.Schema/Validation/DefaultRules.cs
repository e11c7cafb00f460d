using System.Globalization;
using System.Text.Json;
using Dormouse.Schema.Binding;
using Dormouse.Schema.Models;
using Dormouse.Schema.Syntax;

namespace Dormouse.Schema.Validation;

/// <summary>The rules for literals in <c>@default</c>: each must be a value that its type can have.</summary>
internal static class DefaultRules
{
    private static readonly JsonReaderOptions JsonOptions = new() { MaxDepth = 128 };

    public static void Check(BindingContext context, FieldEntry field)
    {
        if (field.Scalar is { Type: { } type, Default: not null } && field.DefaultValue is { } value)
        {
            Check(context, type, value);
        }
    }

    private static void Check(BindingContext context, ScalarType type, ExpressionSyntax value)
    {
        if (value is ArraySyntax array)
        {
            foreach (ExpressionSyntax item in array.Items)
            {
                Check(context, type, item);
            }
            return;
        }
        (bool isValid, string raw, string what) = (type, value) switch
        {
            (ScalarType.Json, StringSyntax text) => (IsJson(text.Value), text.Value, "JSON string"),
            (ScalarType.Bytes, StringSyntax text) => (IsBase64(text.Value), text.Value, "base64 string"),
            (ScalarType.DateTime, StringSyntax text) => (Timestamps.IsRfc3339(text.Value), text.Value, "rfc3339 datetime string"),
            (ScalarType.Int or ScalarType.BigInt, NumberSyntax number) => (IsInteger(number.Text), number.Text, "integer"),
            (ScalarType.Decimal, StringSyntax text) => (IsDecimal(text.Value), text.Value, "decimal"),
            _ => (true, "", ""),
        };
        if (!isValid)
        {
            context.Report(DefaultMessages.NotParsed(value, raw, what));
        }
    }

    private static bool IsInteger(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static bool IsJson(string text)
    {
        Utf8JsonReader reader = new(System.Text.Encoding.UTF8.GetBytes(text), JsonOptions);
        try
        {
            bool any = false;
            while (reader.Read())
            {
                any = true;
            }
            return any;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The standard alphabet with padding, and no bits that mean nothing.</summary>
    private static bool IsBase64(string text)
    {
        if (text.Length % 4 != 0 || text.Any(symbol => !char.IsAsciiLetterOrDigit(symbol) && symbol is not ('+' or '/' or '=')))
        {
            return false;
        }
        try
        {
            return Convert.ToBase64String(Convert.FromBase64String(text)) == text;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>A sign, digits with underscores between, a fraction, an exponent.</summary>
    private static bool IsDecimal(string text)
    {
        int exponent = text.IndexOfAny(['e', 'E']);
        if (exponent >= 0)
        {
            if (!int.TryParse(text[(exponent + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            {
                return false;
            }
            text = text[..exponent];
        }
        if (text.Length > 0 && text[0] is ('+' or '-'))
        {
            text = text[1..];
        }
        string[] parts = text.Split('.');
        return parts.Length <= 2
            && parts.Any(part => part.Length > 0)
            && parts.All(part => part.Length == 0 || (part[0] != '_' && part.All(symbol => char.IsAsciiDigit(symbol) || symbol == '_')));
    }
}

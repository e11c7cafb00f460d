using System.Text;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Checks;

/// <summary>
/// What tells one filter from another: its form, known when it is compiled, and its values, known when it runs.
/// </summary>
internal sealed class FilterIdentity
{
    private readonly string form;
    private readonly (Expression Value, ArgumentType Type)[] values;

    private FilterIdentity(string form, (Expression, ArgumentType)[] values)
    {
        this.form = form;
        this.values = values;
    }

    public static FilterIdentity Of(InputObject filter)
    {
        var form = new StringBuilder();
        var values = new List<(Expression, ArgumentType)>();
        Append(filter, form, values);
        return new FilterIdentity(form.ToString(), [.. values]);
    }

    /// <summary>Equal for equal filters of one run.</summary>
    public string KeyOf(PlanRun run)
    {
        var key = new StringBuilder(form);
        foreach (var (value, type) in values)
        {
            var text = ParameterText.Encode(value.Evaluate(run), type).Utf8Text;
            // Lengths keep neighbours apart whatever they hold.
            key.Append('\n').Append(text?.Length ?? -1).Append(':');
            key.Append(text is { } known ? Encoding.UTF8.GetString(known.Span) : null);
        }

        return key.ToString();
    }

    private static void Append(InputValue value, StringBuilder form, List<(Expression, ArgumentType)> values)
    {
        switch (value)
        {
            case InputObject fields:
                form.Append('{');
                foreach (var (name, inner) in fields.Fields)
                {
                    form.Append(name).Append(':');
                    Append(inner, form, values);
                }

                form.Append('}');
                break;
            case InputList list:
                form.Append('[');
                foreach (var item in list.Items)
                {
                    Append(item, form, values);
                    form.Append(',');
                }

                form.Append(']');
                break;
            case InputScalar scalar:
                form.Append('?');
                values.Add((scalar.Expression, TypeOf(scalar)));
                break;
            case InputEnum named:
                form.Append(named.Value).Append(' ');
                break;
            case InputFieldReference reference:
                form.Append('@').Append(reference.Field.Name).Append(' ');
                break;
            default:
                form.Append('0');
                break;
        }
    }

    private static ArgumentType TypeOf(InputScalar scalar) =>
        new(
            scalar.IsList,
            scalar.Type.Type switch
            {
                ScalarType.DateTime => ArgumentConversion.Instant,
                ScalarType.Bytes => ArgumentConversion.Bytes,
                _ => ArgumentConversion.None,
            },
            InstantForm.DateTime
        );
}

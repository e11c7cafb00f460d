using System.Text;
using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Inputs.Types;

namespace Dormouse.Query.Inputs.Faults;

/// <summary>A fault of an argument, or of something within it.</summary>
/// <param name="selection">The selected field whose argument it is.</param>
internal abstract class ArgumentFault(DocumentPath selection, DocumentPath argument) : Fault
{
    protected DocumentPath Selection { get; } = selection;

    protected DocumentPath Argument { get; } = argument;

    protected void WriteSelectionPath(Utf8JsonWriter writer) => FaultJson.Write(writer, "selectionPath"u8, Selection.Names);

    protected void WriteArgumentPath(Utf8JsonWriter writer) => FaultJson.Write(writer, "argumentPath"u8, Argument.Names);

    protected void WriteArgument(Utf8JsonWriter writer, string typeName)
    {
        writer.WriteStartObject("argument"u8);
        writer.WriteString("name"u8, Argument.Name);
        FaultJson.Write(writer, "typeNames"u8, [typeName]);
        writer.WriteEndObject();
    }
}

/// <summary>A value of another type than the one that is asked for.</summary>
internal sealed class WrongType(DocumentPath selection, DocumentPath argument, InputType expected, Func<string> given, int? literal = null)
    : ArgumentFault(selection, argument)
{
    public override string Kind => "InvalidArgumentType";

    public override IEnumerable<int> Literals => literal is { } number ? [number] : [];

    public override void WriteMessage(StringBuilder message) =>
        message.Append(
            System.Globalization.CultureInfo.InvariantCulture,
            $"Invalid argument type. `{Argument.Name}` should be of any of the following types: `{expected.Name}`"
        );

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        WriteArgumentPath(writer);
        WriteArgument(writer, expected.Name);
        WriteSelectionPath(writer);
        writer.WriteString("inferredType"u8, given());
    }
}

/// <summary>A value of the right type that has not its form, or is not among its values.</summary>
/// <param name="reason">What the parser of the form says; null for enums.</param>
internal sealed class WrongValue(
    DocumentPath selection,
    DocumentPath argument,
    string value,
    string expected,
    string? reason = null,
    int? literal = null
) : ArgumentFault(selection, argument)
{
    public override string Kind => "InvalidArgumentValue";

    public override IEnumerable<int> Literals => literal is { } number ? [number] : [];

    public override void WriteMessage(StringBuilder message)
    {
        // The doubled word is the engine's own.
        message
            .Append("Invalid argument agument value. `")
            .Append(FailureText.Cut(value))
            .Append("` is not a valid `")
            .Append(expected)
            .Append('`');
        if (reason is not null)
        {
            message.Append(". Underlying error: ").Append(reason);
        }
    }

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        WriteArgumentPath(writer);
        WriteArgument(writer, expected);
        WriteSelectionPath(writer);
        writer.WriteString("underlyingError"u8, reason);
    }
}

/// <summary>A number beyond 64 bits where an integer is asked for.</summary>
internal sealed class TooLarge(DocumentPath selection, DocumentPath argument, string value, int literal)
    : ArgumentFault(selection, argument)
{
    public override string Kind => "ValueTooLarge";

    public override IEnumerable<int> Literals => [literal];

    public override void WriteMessage(StringBuilder message) =>
        message
            .Append("Unable to fit float value (or large JS integer serialized in exponent notation) '")
            .Append(FailureText.Cut(value))
            .Append("' into a 64 Bit signed integer for field '")
            .Append(Argument.Name)
            .Append("'. If you're trying to store large integers, consider using `BigInt`");

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        WriteArgumentPath(writer);
        WriteArgument(writer, "BigInt");
        WriteSelectionPath(writer);
    }
}

/// <summary>A required argument or field is absent, or null where it may not be.</summary>
internal sealed class Missing(DocumentPath selection, DocumentPath argument, IReadOnlyList<InputType> types)
    : ArgumentFault(selection, argument)
{
    public override string Kind => "RequiredArgumentMissing";

    public override string Code => "P2012";

    public override void WriteMessage(StringBuilder message) =>
        message.Append('`').AppendJoin('.', Argument.Names).Append("`: A value is required but not set");

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("inputTypes"u8);
        foreach (var type in types)
        {
            FaultJson.WriteType(writer, type);
        }

        writer.WriteEndArray();
        WriteArgumentPath(writer);
        WriteSelectionPath(writer);
    }
}

internal sealed class UnknownInputField(DocumentPath selection, DocumentPath argument, InputObjectType type)
    : ArgumentFault(selection, argument)
{
    public override string Kind => "UnknownInputField";

    public override void WriteMessage(StringBuilder message) =>
        message
            .Append('`')
            .AppendJoin('.', Selection.Names)
            .Append('.')
            .AppendJoin('.', Argument.Names)
            .Append("`: Field does not exist in enclosing type.");

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("inputType"u8);
        FaultJson.WriteType(writer, type);
        WriteArgumentPath(writer);
        WriteSelectionPath(writer);
    }
}

internal sealed class UnknownArgument(DocumentPath selection, DocumentPath argument, IReadOnlyList<InputField> known)
    : ArgumentFault(selection, argument)
{
    public override string Kind => "UnknownArgument";

    public override void WriteMessage(StringBuilder message) => message.Append("Argument does not exist in enclosing type");

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        WriteArgumentPath(writer);
        writer.WriteStartArray("arguments"u8);
        foreach (var argument in known)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, argument.Name);
            FaultJson.Write(writer, "typeNames"u8, argument.Types.Select(type => type.Name));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteSelectionPath(writer);
    }
}

/// <summary>Fewer or more fields of an object than its constraints allow.</summary>
internal sealed class WrongFieldCount(DocumentPath selection, DocumentPath argument, InputObjectType type, int given, bool isTooMany)
    : ArgumentFault(selection, argument)
{
    public override string Kind => isTooMany ? "TooManyFieldsGiven" : "SomeFieldsMissing";

    public override void WriteMessage(StringBuilder message)
    {
        var (least, most, fields) = type.Constraints;
        var of = fields is null ? "" : $" of ({string.Join(", ", fields)})";
        message.Append(isTooMany ? "Too many fields given: " : "Some fields are missing: ");
        message.Append(
            (least, most) switch
            {
                (1, 1) => $"Expected exactly one field{of} to be present, got {given}.",
                ({ } some, { } many) => $"Expected a minimum of {some} and at most {many} fields{of} to be present, got {given}.",
                ({ } some, null) => $"Expected a minimum of {some} fields{of} to be present, got {given}.",
                (null, { } many) => $"Expected at most {many} fields{of} to be present, got {given}.",
                _ => $"Expected any selection of fields, got {given}.",
            }
        );
    }

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("inputType"u8);
        FaultJson.WriteType(writer, type);
        WriteArgumentPath(writer);
        WriteSelectionPath(writer);
        writer.WriteStartObject("constraints"u8);
        FaultJson.Write(writer, "minFieldCount"u8, type.Constraints.Least);
        FaultJson.Write(writer, "maxFieldCount"u8, type.Constraints.Most);
        if (type.Constraints.Fields is { } fields)
        {
            FaultJson.Write(writer, "requiredFields"u8, fields);
        }
        else
        {
            writer.WriteNull("requiredFields"u8);
        }

        writer.WriteEndObject();
    }
}

/// <summary>
/// A value that none of several types takes; one fault for each of them. Where such values lie within one another the faults are as
/// many as there are ways down, twice as many at each level: what is beyond the bound of an error is left out.
/// </summary>
internal sealed class NoTypeMatches(IReadOnlyList<Fault> faults, int maxErrorBytes) : Fault
{
    private int[]? literals;

    public override string Kind => "Union";

    // Kept, because the same fault lies below many.
    public override IEnumerable<int> Literals => literals ??= [.. faults.SelectMany(fault => fault.Literals).Distinct()];

    public override void WriteMessage(StringBuilder message)
    {
        message.Append("Unable to match input value to any allowed input type for the field. Parse errors: [");
        for (var i = 0; i < faults.Count; i++)
        {
            if (i > 0)
            {
                message.Append(", ");
                if (message.Length >= maxErrorBytes)
                {
                    message.Append('…');
                    break;
                }
            }

            faults[i].WriteMessage(message);
        }

        message.Append(']');
    }

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("errors"u8);
        for (var i = 0; i < faults.Count && (i == 0 || writer.BytesCommitted + writer.BytesPending < maxErrorBytes); i++)
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, faults[i].Kind);
            faults[i].WriteMeta(writer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}

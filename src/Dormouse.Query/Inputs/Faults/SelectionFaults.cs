using System.Text;
using System.Text.Json;
using Dormouse.Query.Inputs.Types;

namespace Dormouse.Query.Inputs.Faults;

/// <summary>Nothing is selected of an object.</summary>
internal sealed class EmptySelection(DocumentPath selection, OutputObjectType type) : Fault
{
    public override string Kind => "EmptySelection";

    public override void WriteMessage(StringBuilder message) => message.Append("Expected a minimum of 1 field to be present, got 0");

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        FaultJson.WriteOutputType(writer, type);
        FaultJson.Write(writer, "selectionPath"u8, selection.Names);
    }
}

/// <param name="selection">The path with the unknown field as its end.</param>
internal sealed class UnknownSelectionField(DocumentPath selection, OutputObjectType type) : Fault
{
    public override string Kind => "UnknownSelectionField";

    public override void WriteMessage(StringBuilder message) =>
        message.Append("Field '").Append(selection.Name).Append("' not found in enclosing type '").Append(type.Name).Append('\'');

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        FaultJson.WriteOutputType(writer, type);
        FaultJson.Write(writer, "selectionPath"u8, selection.Names);
    }
}

internal sealed class SelectionOnScalar(DocumentPath selection) : Fault
{
    public override string Kind => "SelectionSetOnScalar";

    public override void WriteMessage(StringBuilder message) =>
        message.Append("Cannot select over scalar field '").Append(selection.Name).Append('\'');

    public override void WriteMeta(Utf8JsonWriter writer)
    {
        writer.WriteString("fieldName"u8, selection.Name);
        FaultJson.Write(writer, "selectionPath"u8, selection.Names);
    }
}

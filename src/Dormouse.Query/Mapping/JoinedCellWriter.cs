using Dormouse.Query.Failures;
using Dormouse.Query.Json;

namespace Dormouse.Query.Mapping;

/// <summary>
/// Writes the related records that a joined statement of protocol A aggregated: <c>[[1,"Ann"],[2,"Bob"]]</c>, each record's values in the
/// order in which its structure writes them. A value is the text that it would be in a row, and is read as such.
/// </summary>
internal static class JoinedCellWriter
{
    /// <param name="name">What the answer calls the relation.</param>
    /// <param name="json">The records, an array; of a relation to one record that record, or null.</param>
    public static void Write(AnswerWriter answer, string name, ObjectStructure structure, ReadOnlySpan<byte> json)
    {
        if (!structure.Relation!.IsList)
        {
            WriteOne(answer, name, structure, json);
            return;
        }

        answer.Byte((byte)'[');
        var records = new JsonMembers(json);
        for (var isFirst = true; records.MoveNext(); isFirst = false)
        {
            answer.Raw(isFirst ? ""u8 : ","u8);
            WriteRecord(answer, structure, records.Value);
        }

        answer.Byte((byte)']');
    }

    /// <summary>No record where there may be one at most.</summary>
    public static void WriteNone(AnswerWriter answer, string name, ObjectStructure structure)
    {
        if (structure.Relation is { IsRequired: true })
        {
            throw QueryFailure.RequiredRecordMissing(name);
        }

        answer.Null();
    }

    private static void WriteOne(AnswerWriter answer, string name, ObjectStructure structure, ReadOnlySpan<byte> json)
    {
        if (IsNull(json))
        {
            WriteNone(answer, name, structure);
        }
        else
        {
            WriteRecord(answer, structure, json);
        }
    }

    private static void WriteRecord(AnswerWriter answer, ObjectStructure structure, ReadOnlySpan<byte> json)
    {
        answer.ThrowIfCancelled();
        var values = new JsonMembers(json);
        WriteFields(answer, structure, ref values);
    }

    private static void WriteFields(AnswerWriter answer, ObjectStructure structure, ref JsonMembers values)
    {
        answer.Raw(structure.Fields.Length == 0 ? "{"u8 : ""u8);
        foreach (ref readonly var field in structure.Fields.AsSpan())
        {
            answer.Raw(field.Prefix);
            if (field.Structure is ObjectStructure { Relation: null } sameRecord)
            {
                WriteFields(answer, sameRecord, ref values);
                continue;
            }

            if (!values.MoveNext())
            {
                throw new InvalidDataException($"A joined record ends before its field {field.Name}.");
            }

            if (field.Structure is ObjectStructure relation)
            {
                Write(answer, field.Name, relation, values.Value);
            }
            else
            {
                WriteScalar(answer, (FieldStructure)field.Structure, values.Value);
            }
        }

        answer.Byte((byte)'}');
    }

    private static void WriteScalar(AnswerWriter answer, FieldStructure field, ReadOnlySpan<byte> json)
    {
        if (IsNull(json))
        {
            TextCellWriter.WriteNull(answer, field);
            return;
        }

        var text = json[0] == (byte)'"' ? json[1..^1] : json;
        var type = field.Type.Engine?.Column ?? default;
        TextCellWriter.Write(answer, field, type, text.Contains((byte)'\\') ? JsonStrings.Unescape(text).Span : text);
    }

    // Texts have quotes: no other value begins like this.
    private static bool IsNull(ReadOnlySpan<byte> json) => json[0] == (byte)'n';
}

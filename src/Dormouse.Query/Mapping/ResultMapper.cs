using System.Globalization;
using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Mapping;

/// <summary>Writes the value of a plan in the structure that its dataMap declares, straight from the tables' cells.</summary>
internal static class ResultMapper
{
    public static void Write(AnswerWriter answer, PlanValue value, ResultStructure structure)
    {
        switch (structure)
        {
            case AffectedRowsStructure:
                WriteAffectedRows(answer, value);
                break;
            case ObjectStructure shape:
                WriteObjects(answer, value, shape);
                break;
            case FieldStructure field when value is NothingValue or NullValue:
                throw TextCellWriter.Unexpected(field, -1, value.TypeName, "null"u8);
            case FieldStructure field:
                JsonCellWriter.WriteScalar(answer, field, -1, JsonValues.Serialize(value).Span);
                break;
        }
    }

    /// <summary>A value that no dataMap shapes, as plain JSON.</summary>
    public static void WriteUnmapped(AnswerWriter answer, PlanValue value)
    {
        switch (value)
        {
            case RawRowsValue raw:
                RawCellWriter.WriteTable(answer, raw.Table, raw.InEngineForm);
                break;
            case WrittenValue:
                break;
            default:
                answer.Raw(JsonValues.Serialize(value).Span);
                break;
        }
    }

    private static void WriteAffectedRows(AnswerWriter answer, PlanValue value)
    {
        if (value is not NumberValue count)
        {
            throw PlanFailure.Inconsistent($"Expected an affected rows count, got: {value.TypeName}");
        }

        answer.Raw("{\"count\":"u8);
        answer.Raw(Encoding.ASCII.GetBytes(count.Value.ToString(CultureInfo.InvariantCulture)));
        answer.Byte((byte)'}');
    }

    private static void WriteObjects(AnswerWriter answer, PlanValue value, ObjectStructure structure)
    {
        switch (value)
        {
            case NullValue:
                answer.Null();
                break;
            case RowsValue rows:
                WriteRows(answer, rows, BoundObject.Of(structure, rows));
                break;
            case RowValue row:
                WriteRow(answer, row.Rows, row.Row, BoundObject.Of(structure, row.Rows));
                break;
            case TextValue text when !JsonScan.IsValid(text.Utf8.Span):
                throw PlanFailure.Inconsistent("Expected an array or object, got a string that is not valid JSON");
            case TextValue text:
                JsonCellWriter.WriteObjects(answer, structure, text.Utf8.Span);
                break;
            case NothingValue or NumberValue or BooleanValue:
                throw PlanFailure.Inconsistent($"Expected an array or an object, got: {value.TypeName}");
            default:
                JsonCellWriter.WriteObjects(answer, structure, JsonValues.Serialize(value).Span);
                break;
        }
    }

    private static void WriteRows(AnswerWriter answer, RowsValue rows, BoundObject bound)
    {
        answer.Byte((byte)'[');
        var count = rows.Count;
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                answer.Byte((byte)',');
            }

            WriteRow(answer, rows, rows.RowAt(i), bound);
        }

        answer.Byte((byte)']');
    }

    public static void WriteRow(AnswerWriter answer, RowsValue rows, int row, BoundObject bound)
    {
        answer.ThrowIfCancelled();
        var fields = bound.Fields;
        if (fields.Length == 0)
        {
            answer.Raw("{}"u8);
            return;
        }

        for (var i = 0; i < fields.Length; i++)
        {
            ref readonly var declared = ref bound.Structure.Fields[i];
            ref readonly var field = ref fields[i];
            answer.Raw(declared.Prefix);
            switch (field.Kind)
            {
                case BoundFieldKind.Cell:
                    WriteCell(answer, (FieldStructure)declared.Structure, field, rows.Table, row);
                    break;
                case BoundFieldKind.JsonObjectCell:
                    WriteJsonCell(answer, (ObjectStructure)declared.Structure, field, rows.Table, row);
                    break;
                case BoundFieldKind.JoinedCell:
                    WriteJoinedCell(answer, declared, field, rows.Table, row);
                    break;
                case BoundFieldKind.SameRow:
                    WriteRow(answer, rows, row, field.Nested!);
                    break;
                case BoundFieldKind.Join:
                    WriteChildren(answer, declared.Name, (JoinAttachment)rows.Attachments[field.Index], row, field.Nested!);
                    break;
                case BoundFieldKind.Value:
                    WriteValue(answer, declared.Structure, Cells.Field(rows, row, rows.Attachments[field.Index].Name));
                    break;
                default:
                    throw MissingField.Of(declared, Encoding.UTF8.GetString(JsonValues.Serialize(Cells.Record(rows, row)).Span));
            }
        }

        answer.Byte((byte)'}');
    }

    private static void WriteCell(AnswerWriter answer, FieldStructure declared, in BoundField field, RowTable table, int row)
    {
        if (table.IsNull(row, field.Index))
        {
            TextCellWriter.WriteNull(answer, declared);
            return;
        }

        TextCellWriter.Write(answer, declared, field.Type, table.Cell(row, field.Index));
    }

    private static void WriteJsonCell(AnswerWriter answer, ObjectStructure declared, in BoundField field, RowTable table, int row)
    {
        if (table.IsNull(row, field.Index))
        {
            answer.Null();
            return;
        }

        var text = table.Cell(row, field.Index);
        if (field.Type.Form != CellForm.Json && !JsonScan.IsValid(text))
        {
            throw PlanFailure.Inconsistent("Expected an array or object, got a string that is not valid JSON");
        }

        JsonCellWriter.WriteObjects(answer, declared, text);
    }

    private static void WriteJoinedCell(AnswerWriter answer, in ObjectField declared, in BoundField field, RowTable table, int row)
    {
        var structure = (ObjectStructure)declared.Structure;
        if (table.IsNull(row, field.Index))
        {
            JoinedCellWriter.WriteNone(answer, declared.Name, structure);
        }
        else
        {
            JoinedCellWriter.Write(answer, declared.Name, structure, table.Cell(row, field.Index));
        }
    }

    private static void WriteChildren(AnswerWriter answer, string name, JoinAttachment join, int row, BoundObject bound)
    {
        var child = join.FirstOf(row);
        if (join.IsUnique)
        {
            if (child < 0)
            {
                JoinedCellWriter.WriteNone(answer, name, bound.Structure);
            }
            else
            {
                WriteRow(answer, join.Children, join.Children.RowAt(child), bound);
            }

            return;
        }

        answer.Byte((byte)'[');
        for (var first = true; child >= 0; child = join.NextOf(child), first = false)
        {
            if (!first)
            {
                answer.Byte((byte)',');
            }

            WriteRow(answer, join.Children, join.Children.RowAt(child), bound);
        }

        answer.Byte((byte)']');
    }

    private static void WriteValue(AnswerWriter answer, ResultStructure structure, PlanValue value)
    {
        if (structure is FieldStructure field)
        {
            JsonCellWriter.Write(answer, field, JsonValues.Serialize(value).Span);
            return;
        }

        WriteObjects(answer, value, (ObjectStructure)structure);
    }
}

using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Mapping;

/// <summary>The results of raw queries: <c>{"columns":[…],"types":[…],"rows":[[…]]}</c>, values in the forms that the client decodes.</summary>
internal static class RawCellWriter
{
    public static void WriteTable(AnswerWriter answer, RowTable table, bool inEngineForm)
    {
        var columns = table.Shape.Columns;
        answer.Raw("{\"columns\":["u8);
        for (var i = 0; i < columns.Length; i++)
        {
            Comma(answer, i);
            answer.Text(System.Text.Encoding.UTF8.GetBytes(columns[i].Name));
        }

        answer.Raw("],\"types\":["u8);
        for (var i = 0; i < columns.Length; i++)
        {
            Comma(answer, i);
            answer.Text(System.Text.Encoding.UTF8.GetBytes(table.Shape.Types[i].RawName));
        }

        answer.Raw("],\"rows\":["u8);
        for (var row = 0; row < table.RowCount; row++)
        {
            Comma(answer, row);
            WriteRow(answer, table, row, inEngineForm);
        }

        answer.Raw("]}"u8);
    }

    public static void WriteScalar(AnswerWriter answer, CellForm form, ReadOnlySpan<byte> text)
    {
        switch (form)
        {
            case CellForm.Integer:
                answer.Raw(text);
                break;
            case CellForm.Float:
                WriteFloat(answer, text);
                break;
            case CellForm.Boolean:
                answer.Raw(text.SequenceEqual("t"u8) ? "true"u8 : "false"u8);
                break;
            case CellForm.Json:
                answer.Raw(text);
                break;
            case CellForm.Bytes when text.StartsWith("\\x"u8):
                answer.Byte((byte)'"');
                TaggedValues.Base64OfHex(answer, text[2..]);
                answer.Byte((byte)'"');
                break;
            case CellForm.Bytes:
                answer.Byte((byte)'"');
                answer.EncodeBase64(Cells.DecodeBytes(text));
                answer.Byte((byte)'"');
                break;
            case CellForm.Timestamp or CellForm.TimestampTz:
                answer.Text(Cells.TimestampText(text, form == CellForm.TimestampTz));
                break;
            case CellForm.TimeTz:
                answer.Text(Cells.WithoutZone(text));
                break;
            case CellForm.Money:
                answer.Text(Cells.MoneyText(text));
                break;
            default:
                answer.Text(text);
                break;
        }
    }

    /// <summary>PostgreSQL prints the shortest digits as JavaScript does; NaN and the infinities are null in JSON.</summary>
    public static void WriteFloat(AnswerWriter answer, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[^1] is (byte)'N' or (byte)'y')
        {
            answer.Null();
            return;
        }

        answer.Raw(text.SequenceEqual("-0"u8) ? "0"u8 : text);
    }

    private static void WriteRow(AnswerWriter answer, RowTable table, int row, bool inEngineForm)
    {
        var types = table.Shape.Types;
        answer.Byte((byte)'[');
        for (var i = 0; i < types.Length; i++)
        {
            Comma(answer, i);
            if (table.IsNull(row, i))
            {
                answer.Null();
            }
            else if (types[i].IsArray)
            {
                WriteArray(answer, types[i].Form, table.Cell(row, i), inEngineForm);
            }
            else
            {
                WriteElement(answer, types[i].Form, table.Cell(row, i), inEngineForm);
            }
        }

        answer.Byte((byte)']');
    }

    private static void WriteArray(AnswerWriter answer, CellForm form, ReadOnlySpan<byte> literal, bool inEngineForm)
    {
        var reader = new ArrayLiteral(literal);
        var first = true;
        for (var token = reader.Read(); token != ArrayToken.End; token = reader.Read())
        {
            if (!first && token != ArrayToken.EndArray)
            {
                answer.Byte((byte)',');
            }

            first = token == ArrayToken.StartArray;
            switch (token)
            {
                case ArrayToken.StartArray:
                    answer.Byte((byte)'[');
                    break;
                case ArrayToken.EndArray:
                    answer.Byte((byte)']');
                    break;
                case ArrayToken.Null:
                    answer.Null();
                    break;
                default:
                    WriteElement(answer, form, reader.Value, inEngineForm);
                    break;
            }
        }
    }

    private static void WriteElement(AnswerWriter answer, CellForm form, ReadOnlySpan<byte> text, bool inEngineForm)
    {
        switch (inEngineForm ? form : CellForm.Unsupported)
        {
            case CellForm.Numeric:
                answer.Text(DecimalText.WithoutZeros(text));
                break;
            case CellForm.Money:
                answer.Text(DecimalText.WithoutZeros(Cells.MoneyText(text)));
                break;
            case CellForm.Timestamp or CellForm.TimestampTz:
                answer.Text(Cells.WithWholeFraction(Cells.TimestampText(text, form == CellForm.TimestampTz)));
                break;
            case CellForm.Time:
                answer.Text(Cells.WithWholeFraction(text));
                break;
            case CellForm.TimeTz:
                answer.Text(Cells.WithWholeFraction(Cells.WithoutZone(text)));
                break;
            default:
                WriteScalar(answer, form, text);
                break;
        }
    }

    private static void Comma(AnswerWriter answer, int index)
    {
        if (index > 0)
        {
            answer.Byte((byte)',');
        }
    }
}

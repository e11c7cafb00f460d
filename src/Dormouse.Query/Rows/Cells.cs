using System.Text;
using Dormouse.Query.Values;

namespace Dormouse.Query.Rows;

/// <summary>Cells as the values that the reference's driver makes of them.</summary>
internal static class Cells
{
    public static PlanValue Field(RowsValue rows, int row, string name)
    {
        var attachment = rows.IndexOfAttachment(name);
        if (attachment >= 0)
        {
            return rows.Attachments[attachment] switch
            {
                JoinAttachment join => join.ValueOf(row),
                ValueAttachment values => values.ValueOf(row),
                _ => throw new NotSupportedException(),
            };
        }

        var column = rows.Table.Shape.IndexOf(name);
        return column < 0 ? NothingValue.Instance : Value(rows.Table, row, column);
    }

    public static PlanValue Value(RowTable table, int row, int column)
    {
        if (table.CellMemory(row, column) is not { } text)
        {
            return NullValue.Instance;
        }

        var type = table.Shape.Types[column];
        return type.IsArray ? List(text.Span, type.Form) : Scalar(text, type.Form);
    }

    /// <summary>The record as an object of its own, for the rare nodes that need one.</summary>
    public static RecordValue Record(RowsValue rows, int row)
    {
        var fields = new OrderedDictionary<string, PlanValue>();
        var columns = rows.Table.Shape.Columns;
        for (var i = 0; i < columns.Length; i++)
        {
            fields[columns[i].Name] = Value(rows.Table, row, i);
        }

        foreach (var attachment in rows.Attachments)
        {
            fields[attachment.Name] = Field(rows, row, attachment.Name);
        }

        return new RecordValue(fields);
    }

    public static ListValue Records(RowsValue rows)
    {
        var items = new PlanValue[rows.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Record(rows, rows.RowAt(i));
        }

        return new ListValue(items);
    }

    /// <summary>A bytea in hex or in the old escape format.</summary>
    public static byte[] DecodeBytes(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\\x"u8))
        {
            return Convert.FromHexString(Encoding.ASCII.GetString(text[2..]));
        }

        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != (byte)'\\')
            {
                bytes.Add(text[i]);
            }
            else if (i + 3 < text.Length && text[i + 1] != (byte)'\\')
            {
                bytes.Add((byte)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                bytes.Add((byte)'\\');
                i++;
            }
        }

        return [.. bytes];
    }

    /// <summary>An amount without its currency sign and separators, so that it reads as a decimal.</summary>
    public static byte[] MoneyText(ReadOnlySpan<byte> text)
    {
        var amount = new List<byte>(text.Length);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit((char)c) || c is (byte)'.' or (byte)'-')
            {
                amount.Add(c);
            }
        }

        return [.. amount];
    }

    /// <summary>"2024-01-01 00:00:00.5" or "…+02" with a T and a full offset.</summary>
    public static byte[] TimestampText(ReadOnlySpan<byte> text, bool withZone)
    {
        var output = new byte[text.Length + 6];
        text.CopyTo(output);
        var length = text.Length;
        var space = text.IndexOf((byte)' ');
        if (space >= 0)
        {
            output[space] = (byte)'T';
        }

        if (!withZone)
        {
            "+00:00"u8.CopyTo(output.AsSpan(length));
            return output;
        }

        if (length > 3 && output[length - 3] is (byte)'+' or (byte)'-')
        {
            ":00"u8.CopyTo(output.AsSpan(length));
            length += 3;
        }

        return output[..length];
    }

    /// <summary>A time of day without its zone, as the reference has it.</summary>
    public static ReadOnlySpan<byte> WithoutZone(ReadOnlySpan<byte> text)
    {
        var zone = text.LastIndexOfAny((byte)'+', (byte)'-');
        return zone < 0 ? text : text[..zone];
    }

    /// <summary>A time with milliseconds or microseconds, or neither: PostgreSQL leaves zeros at the end away.</summary>
    public static ReadOnlySpan<byte> WithWholeFraction(ReadOnlySpan<byte> text)
    {
        const int milliseconds = 3;
        var start = text.IndexOf((byte)'.') + 1;
        var length = text[start..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        length = length < 0 ? text.Length - start : length;
        if (start == 0 || length % milliseconds == 0)
        {
            return text;
        }

        var zeros = milliseconds - (length % milliseconds);
        var output = new byte[text.Length + zeros];
        var end = start + length;
        text[..end].CopyTo(output);
        output.AsSpan(end, zeros).Fill((byte)'0');
        text[end..].CopyTo(output.AsSpan(end + zeros));
        return output;
    }

    private static PlanValue Scalar(ReadOnlyMemory<byte> text, CellForm form) =>
        form switch
        {
            CellForm.Integer or CellForm.Float => NumberValue.FromText(text),
            CellForm.Boolean => BooleanValue.Of(text.Span.SequenceEqual("t"u8)),
            CellForm.Bytes => new BytesValue(DecodeBytes(text.Span)),
            CellForm.Timestamp => new TextValue(TimestampText(text.Span, withZone: false), fromDatabase: true),
            CellForm.TimestampTz => new TextValue(TimestampText(text.Span, withZone: true), fromDatabase: true),
            CellForm.TimeTz => new TextValue(WithoutZone(text.Span).ToArray(), fromDatabase: true),
            CellForm.Money => new TextValue(MoneyText(text.Span), fromDatabase: true),
            _ => new TextValue(text, fromDatabase: true),
        };

    private static ListValue List(ReadOnlySpan<byte> literal, CellForm form)
    {
        var reader = new ArrayLiteral(literal);
        var open = new Stack<List<PlanValue>>();
        List<PlanValue>? top = null;
        for (var token = reader.Read(); token != ArrayToken.End; token = reader.Read())
        {
            switch (token)
            {
                case ArrayToken.StartArray:
                    open.Push([]);
                    break;
                case ArrayToken.EndArray:
                    top = open.Pop();
                    if (open.TryPeek(out var outer))
                    {
                        outer.Add(new ListValue(top));
                    }

                    break;
                case ArrayToken.Null:
                    open.Peek().Add(NullValue.Instance);
                    break;
                default:
                    open.Peek().Add(Scalar(reader.Value.ToArray(), form));
                    break;
            }
        }

        return new ListValue(top ?? []);
    }
}

using System.Buffers.Text;
using Dormouse.Query.Operations;
using Dormouse.Query.Reads;
using Dormouse.Query.Rows;

namespace Dormouse.Query.Mapping;

/// <summary>Gives the rows of a merged query back to the operations that asked for them.</summary>
internal static class MergedAnswer
{
    public static void Write(AnswerWriter answer, PreparedMerge merge, RowsValue rows, ReadOnlySpan<byte> missing)
    {
        var rowOf = RowsByOperation(rows, merge.Operations.Count);
        var bound = BoundObject.Of(merge.Plan.Structure, rows);
        for (var i = 0; i < rowOf.Length; i++)
        {
            if (i > 0)
            {
                answer.Byte((byte)',');
            }

            if (rowOf[i] < 0 && !missing.IsEmpty)
            {
                answer.Raw(missing);
                continue;
            }

            answer.Raw("{\"data\":"u8);
            answer.Raw(merge.Operations[i].Plan.AnswerPrefix);
            if (rowOf[i] < 0)
            {
                answer.Null();
            }
            else
            {
                ResultMapper.WriteRow(answer, rows, rowOf[i], bound);
            }

            answer.Raw("}}"u8);
        }
    }

    private static int[] RowsByOperation(RowsValue rows, int count)
    {
        var rowOf = new int[count];
        Array.Fill(rowOf, -1);
        var column = rows.Table.Shape.IndexOf(MergedFinds.QueryColumn);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows.RowAt(i);
            if (!Utf8Parser.TryParse(rows.Table.Cell(row, column), out int number, out _) || number < 1 || number > count)
            {
                throw new InvalidDataException("A row of a merged query does not say whose it is.");
            }

            rowOf[number - 1] = row;
        }

        return rowOf;
    }
}

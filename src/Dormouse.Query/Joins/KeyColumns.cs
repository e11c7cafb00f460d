using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Joins;

/// <summary>
/// Some columns of a table as a key: hashed and compared on the bytes of the cells, without making values of them.
/// Two columns of one type have equal text for equal values; a column that is compared with one of another type goes by its number.
/// </summary>
internal readonly struct KeyColumns
{
    private readonly RowTable table;
    private readonly int[] ordinals;
    private readonly bool[]? asNumber;

    public KeyColumns(RowTable table, IReadOnlyList<string> names, bool[]? asNumber = null)
    {
        this.table = table;
        this.asNumber = asNumber;
        ordinals = new int[names.Count];
        for (var i = 0; i < ordinals.Length; i++)
        {
            ordinals[i] = table.Shape.IndexOf(names[i]);
        }
    }

    public int HashOf(int row)
    {
        var hash = new HashCode();
        for (var i = 0; i < ordinals.Length; i++)
        {
            if (IsNull(row, i))
            {
                hash.Add(0);
            }
            else if (asNumber is not null && asNumber[i])
            {
                hash.Add(JsNumber.Parse(Cell(row, i)));
            }
            else
            {
                hash.AddBytes(Cell(row, i));
            }
        }

        return hash.ToHashCode();
    }

    public bool AreEqual(int row, KeyColumns other, int otherRow)
    {
        for (var i = 0; i < ordinals.Length; i++)
        {
            var isNull = IsNull(row, i);
            if (isNull != other.IsNull(otherRow, i))
            {
                return false;
            }

            if (isNull)
            {
                continue;
            }

            var same =
                asNumber is not null && asNumber[i]
                    ? JsNumber.Parse(Cell(row, i)).Equals(JsNumber.Parse(other.Cell(otherRow, i)))
                    : Cell(row, i).SequenceEqual(other.Cell(otherRow, i));
            if (!same)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsNull(int row, int index) => ordinals[index] < 0 || table.IsNull(row, ordinals[index]);

    private ReadOnlySpan<byte> Cell(int row, int index) => table.Cell(row, ordinals[index]);
}

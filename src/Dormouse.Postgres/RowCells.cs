using System.Buffers.Binary;

namespace Dormouse.Postgres;

/// <summary>Walks the cells of one row as <see cref="IRowReceiver.Row"/> gets it.</summary>
public ref struct RowCells(ReadOnlySpan<byte> dataRow)
{
    private ReadOnlySpan<byte> rest = dataRow;

    /// <summary>The next cell; false after the last one. A NULL gives an empty <paramref name="text"/> and <paramref name="isNull"/>.</summary>
    public bool TryRead(out ReadOnlySpan<byte> text, out bool isNull)
    {
        if (rest.IsEmpty)
        {
            text = default;
            isNull = false;
            return false;
        }
        int length = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[sizeof(int)..];
        isNull = length < 0;
        text = isNull ? default : rest[..length];
        rest = isNull ? rest : rest[length..];
        return true;
    }
}

using System.Buffers;
using System.Buffers.Binary;

namespace Dormouse.Query.Rows;

/// <summary>
/// The rows of one query, exactly as PostgreSQL sent them (text format), in one pooled buffer. The session fills it, the interpreter
/// reads and disposes it. Not thread-safe.
/// </summary>
/// <remarks>
/// A table never grows beyond its limits: rows past them are dropped and <see cref="Overflowed"/> is set, so that the connection can
/// be drained in order; the interpreter then fails the request.
/// </remarks>
public sealed class RowTable(int maxRows, int maxBytes) : IDisposable
{
    private byte[] buffer = [];
    private int[] cellStarts = [];
    private int used;

    public RowShape Shape { get; private set; } = RowShape.Empty;

    public int RowCount { get; private set; }

    public bool Overflowed { get; private set; }

    internal int UsedBytes => used;

    /// <summary>Announces the columns. Called again for a later part of a chunked query, whose rows are appended.</summary>
    public void Begin(RowShape shape) => Shape = shape;

    /// <summary>Adds a row from the payload of a DataRow message after its column count: per cell an int32 length (-1: NULL) and the bytes.</summary>
    public void AddRow(ReadOnlySpan<byte> dataRow)
    {
        if (Overflowed || RowCount >= maxRows || dataRow.Length > maxBytes - used)
        {
            Overflowed = true;
            return;
        }

        EnsureRoom(dataRow.Length);
        dataRow.CopyTo(buffer.AsSpan(used));
        var cells = cellStarts.AsSpan(RowCount * Shape.Count, Shape.Count);
        var at = 0;
        for (var i = 0; i < cells.Length; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(dataRow[at..]);
            at += sizeof(int);
            if (length > dataRow.Length - at)
            {
                throw new InvalidDataException($"A cell of {length} bytes does not fit into its row of {dataRow.Length} bytes.");
            }

            cells[i] = length < 0 ? -1 : used + at;
            at += Math.Max(length, 0);
        }

        used += dataRow.Length;
        RowCount++;
    }

    public bool IsNull(int row, int column) => cellStarts[(row * Shape.Count) + column] < 0;

    /// <summary>The bytes of a cell; empty for NULL.</summary>
    public ReadOnlySpan<byte> Cell(int row, int column)
    {
        var start = cellStarts[(row * Shape.Count) + column];
        return start < 0 ? default : buffer.AsSpan(start, BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(start - sizeof(int))));
    }

    /// <summary>The bytes of a cell as memory that lives as long as this table; null for NULL.</summary>
    public ReadOnlyMemory<byte>? CellMemory(int row, int column)
    {
        var start = cellStarts[(row * Shape.Count) + column];
        if (start < 0)
        {
            return null;
        }

        return buffer.AsMemory(start, BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(start - sizeof(int))));
    }

    public void Dispose()
    {
        Return(ref buffer, ArrayPool<byte>.Shared);
        Return(ref cellStarts, ArrayPool<int>.Shared);
        used = 0;
        RowCount = 0;
    }

    private void EnsureRoom(int rowBytes)
    {
        // Memory handed out by CellMemory must stay valid, but nobody reads cells before the query has ended: growing here is safe.
        Grow(ref buffer, used, checked(used + rowBytes), ArrayPool<byte>.Shared, minimum: 4096);
        var cells = RowCount * Shape.Count;
        Grow(ref cellStarts, cells, checked(cells + Shape.Count), ArrayPool<int>.Shared, minimum: 256);
    }

    private static void Grow<T>(ref T[] array, int filled, int needed, ArrayPool<T> pool, int minimum)
    {
        if (needed <= array.Length)
        {
            return;
        }

        var larger = pool.Rent(Math.Max(minimum, Math.Max(needed, (int)Math.Min(array.Length * 2L, Array.MaxLength))));
        array.AsSpan(0, filled).CopyTo(larger);
        Return(ref array, pool);
        array = larger;
    }

    private static void Return<T>(ref T[] array, ArrayPool<T> pool)
    {
        if (array.Length > 0)
        {
            pool.Return(array);
            array = [];
        }
    }
}

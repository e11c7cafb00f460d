using System.Text;

namespace Dormouse.Postgres;

/// <summary>Collects a small result as strings; for set-up work and tests, not for the hot path.</summary>
public sealed class TextRows : IRowReceiver
{
    private readonly List<string?[]> rows = [];
    private WireColumn[] columns = [];

    /// <summary>The columns of the last result.</summary>
    public IReadOnlyList<WireColumn> ColumnList => columns;

    /// <summary>The rows of all results.</summary>
    public IReadOnlyList<string?[]> Rows => rows;

    public void Columns(WireColumn[] columns) => this.columns = columns;

    public void Row(ReadOnlySpan<byte> dataRow)
    {
        var row = new string?[columns.Length];
        var cells = new RowCells(dataRow);
        for (var i = 0; cells.TryRead(out ReadOnlySpan<byte> text, out bool isNull); i++)
        {
            row[i] = isNull ? null : Encoding.UTF8.GetString(text);
        }
        rows.Add(row);
    }
}

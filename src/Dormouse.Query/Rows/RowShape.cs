namespace Dormouse.Query.Rows;

/// <summary>A result column as PostgreSQL describes it.</summary>
public readonly record struct RowColumn(string Name, uint TypeOid);

/// <summary>
/// The columns of a result. Immutable; a session that keeps one object per prepared statement saves the interpreter the comparison.
/// </summary>
public sealed class RowShape(RowColumn[] columns)
{
    public static RowShape Empty { get; } = new([]);

    public ReadOnlySpan<RowColumn> Columns => columns;

    public int Count => columns.Length;

    /// <summary>The ordinal of a column, or -1. Of several columns with one name the last one counts, as in a JavaScript object.</summary>
    public int IndexOf(string name)
    {
        for (var i = columns.Length - 1; i >= 0; i--)
        {
            if (string.Equals(columns[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    public bool SameAs(RowShape other) => ReferenceEquals(this, other) || Columns.SequenceEqual(other.Columns);
}

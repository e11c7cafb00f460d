namespace Dormouse.Query.Rows;

/// <summary>A result column as PostgreSQL describes it.</summary>
public readonly record struct RowColumn(string Name, uint TypeOid);

/// <summary>
/// The columns of a result. Immutable; a session that keeps one object per prepared statement saves the interpreter the comparison.
/// </summary>
public sealed class RowShape
{
    private readonly RowColumn[] columns;
    private readonly PgType[] types;

    public RowShape(RowColumn[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        this.columns = columns;
        types = new PgType[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            types[i] = PgType.Of(columns[i].TypeOid);
            if (types[i].Form == CellForm.Unsupported)
            {
                FirstUnsupportedOid ??= columns[i].TypeOid;
            }
        }
    }

    public static RowShape Empty { get; } = new([]);

    public ReadOnlySpan<RowColumn> Columns => columns;

    public int Count => columns.Length;

    internal ReadOnlySpan<PgType> Types => types;

    /// <summary>The type of the first column that protocol B cannot carry, if there is one.</summary>
    internal uint? FirstUnsupportedOid { get; }

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

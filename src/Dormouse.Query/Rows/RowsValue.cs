using Dormouse.Query.Values;

namespace Dormouse.Query.Rows;

/// <summary>
/// A list of records: rows of a table, in the order of the table or in one of their own, with what joins attached to them.
/// </summary>
internal sealed class RowsValue(RowTable table, int[]? order, Attachment[] attachments) : PlanValue
{
    public RowTable Table { get; } = table;

    public Attachment[] Attachments { get; } = attachments;

    public int Count => order?.Length ?? Table.RowCount;

    public override string TypeName => "object";

    /// <summary>The row of the table at a position of this list.</summary>
    public int RowAt(int position) => order is null ? position : order[position];

    public RowsValue Reordered(int[] rows) => new(Table, rows, Attachments);

    public RowsValue With(Attachment attachment)
    {
        // A later join of the same name replaces the earlier one, as assigning to a property does.
        var kept = Attachments.Where(a => a.Name != attachment.Name);
        return new RowsValue(Table, order, [.. kept, attachment]);
    }

    public int IndexOfAttachment(string name)
    {
        for (var i = Attachments.Length - 1; i >= 0; i--)
        {
            if (Attachments[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>One record: a row of a table.</summary>
internal sealed class RowValue(RowsValue rows, int row) : PlanValue
{
    public RowsValue Rows { get; } = rows;

    /// <summary>The row of the table (not the position in the list).</summary>
    public int Row { get; } = row;

    public override string TypeName => "object";

    public RowsValue AsList() => Rows.Reordered([Row]);
}

/// <summary>A property that records got after they left the database. Rows are meant by their number in the table.</summary>
internal abstract class Attachment(string name)
{
    public string Name { get; } = name;
}

/// <summary>The children that a join found for each row.</summary>
internal sealed class JoinAttachment(string name, bool isUnique, RowsValue children, int[] firstChild, int[] nextChild) : Attachment(name)
{
    public bool IsUnique { get; } = isUnique;

    public RowsValue Children { get; } = children;

    /// <summary>The first child's position in <see cref="Children"/>, or -1.</summary>
    public int FirstOf(int row) => firstChild[row];

    /// <summary>The next child's position for the same parent, or -1.</summary>
    public int NextOf(int childPosition) => nextChild[childPosition];

    public PlanValue ValueOf(int row)
    {
        if (IsUnique)
        {
            var only = FirstOf(row);
            return only < 0 ? NullValue.Instance : new RowValue(Children, Children.RowAt(only));
        }

        var rows = new List<int>();
        for (var child = FirstOf(row); child >= 0; child = NextOf(child))
        {
            rows.Add(Children.RowAt(child));
        }

        return Children.Reordered([.. rows]);
    }
}

/// <summary>Values that replace or add a property, by row.</summary>
internal sealed class ValueAttachment(string name, IReadOnlyDictionary<int, PlanValue> values) : Attachment(name)
{
    public PlanValue ValueOf(int row) => values.TryGetValue(row, out var value) ? value : NullValue.Instance;
}

/// <summary>What a rawSql query returned; written as columns, types and rows.</summary>
internal sealed class RawRowsValue(RowTable table, bool inEngineForm) : PlanValue
{
    /// <summary>
    /// Whether numbers and times have the forms that Prisma's query engine gives them; its plan executor leaves them as PostgreSQL prints
    /// them.
    /// </summary>
    public bool InEngineForm { get; } = inEngineForm;

    public RowTable Table { get; } = table;

    public override string TypeName => "object";
}

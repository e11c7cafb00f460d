using Dormouse.Query.Failures;
using Dormouse.Query.Rows;
using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

/// <summary>What several nodes do with lists and records, whichever way a value holds them.</summary>
internal static class Lists
{
    public static bool IsEmpty(PlanValue value) =>
        value switch
        {
            RowsValue rows => rows.Count == 0,
            ListValue list => list.Items.Count == 0,
            _ => value.IsNullish,
        };

    /// <summary>The items of a list; any other value is a list of itself.</summary>
    public static IReadOnlyList<PlanValue> ItemsOf(PlanValue value)
    {
        switch (value)
        {
            case ListValue list:
                return list.Items;
            case RowsValue rows:
                var items = new PlanValue[rows.Count];
                for (var i = 0; i < items.Length; i++)
                {
                    items[i] = new RowValue(rows, rows.RowAt(i));
                }

                return items;
            default:
                return [value];
        }
    }

    /// <summary>The value of a property; a value that is no record has none.</summary>
    public static PlanValue FieldOf(PlanValue record, string name) =>
        record switch
        {
            RowValue row => Cells.Field(row.Rows, row.Row, name),
            RecordValue fields => fields.Fields.TryGetValue(name, out var value) ? value : NothingValue.Instance,
            _ => throw PlanFailure.Plain($"Expected object, got {record.TypeName}"),
        };

    /// <summary>A record as named values of its own.</summary>
    public static OrderedDictionary<string, PlanValue> RecordOf(PlanValue value) =>
        value switch
        {
            RowValue row => Cells.Record(row.Rows, row.Row).Fields,
            RecordValue record => new OrderedDictionary<string, PlanValue>(record.Fields),
            _ => throw PlanFailure.Plain($"Expected object, got {value.TypeName}"),
        };

    public static double NumberOf(PlanValue value) =>
        value switch
        {
            NumberValue number => number.Value,
            TextValue text => JsNumber.Parse(text.Utf8.Span),
            _ => throw PlanFailure.Plain($"Expected number, got {value.TypeName}"),
        };

    /// <summary>A property of every record, deep over lists; missing ones are null; what is no record stays.</summary>
    public static PlanValue Pluck(PlanValue value, string field)
    {
        switch (value)
        {
            case RowsValue rows:
                return PluckRows(rows, field);
            case ListValue list:
                var items = new PlanValue[list.Items.Count];
                for (var i = 0; i < items.Length; i++)
                {
                    items[i] = Pluck(list.Items[i], field);
                }

                return new ListValue(items);
            case RowValue or RecordValue:
                return OrNull(FieldOf(value, field));
            default:
                return value;
        }
    }

    public static PlanValue Reverse(PlanValue value)
    {
        switch (value)
        {
            case RowsValue rows:
                var order = new int[rows.Count];
                for (var i = 0; i < order.Length; i++)
                {
                    order[i] = rows.RowAt(order.Length - 1 - i);
                }

                return rows.Reordered(order);
            case ListValue list:
                return new ListValue([.. list.Items.Reverse()]);
            default:
                return value;
        }
    }

    public static PlanValue OrNull(PlanValue value) => value is NothingValue ? NullValue.Instance : value;

    private static ListValue PluckRows(RowsValue rows, string field)
    {
        var items = new PlanValue[rows.Count];
        var column = rows.IndexOfAttachment(field) >= 0 ? -1 : rows.Table.Shape.IndexOf(field);
        for (var i = 0; i < items.Length; i++)
        {
            var row = rows.RowAt(i);
            items[i] = column >= 0 ? Cells.Value(rows.Table, row, column) : OrNull(Cells.Field(rows, row, field));
        }

        return new ListValue(items);
    }
}

using Dormouse.Query.Rows;

namespace Dormouse.Query.Mapping;

internal enum BoundFieldKind : byte
{
    Missing,
    Cell,
    JsonObjectCell,
    JoinedCell,
    SameRow,
    Join,
    Value,
}

/// <summary>Where one field of an object comes from in rows of one shape.</summary>
/// <param name="Index">The ordinal of the column, or the index of the attachment.</param>
internal readonly record struct BoundField(BoundFieldKind Kind, int Index, PgType Type, BoundObject? Nested);

/// <summary>An object's structure, tied to the columns and attachments of rows. Immutable.</summary>
internal sealed class BoundObject(ObjectStructure structure, RowShape shape, BoundField[] fields)
{
    public ObjectStructure Structure { get; } = structure;

    public BoundField[] Fields { get; } = fields;

    public static BoundObject Of(ObjectStructure structure, RowsValue rows)
    {
        var hasAttachments = rows.Attachments.Length > 0;
        if (!hasAttachments && structure.LastBinding is { } last && last.Shape.SameAs(rows.Table.Shape))
        {
            return last;
        }

        var fields = new BoundField[structure.Fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = Bind(structure.Fields[i].Structure, rows);
        }

        var bound = new BoundObject(structure, rows.Table.Shape, fields);
        if (!hasAttachments)
        {
            structure.LastBinding = bound;
        }

        return bound;
    }

    private RowShape Shape { get; } = shape;

    private static BoundField Bind(ResultStructure structure, RowsValue rows)
    {
        var nested = structure as ObjectStructure;
        if (nested is { SerializedName: null })
        {
            return new BoundField(BoundFieldKind.SameRow, 0, default, Of(nested, rows));
        }

        var name = nested?.SerializedName ?? ((FieldStructure)structure).DbName;
        var attachment = rows.IndexOfAttachment(name);
        if (attachment >= 0)
        {
            return nested is not null && rows.Attachments[attachment] is JoinAttachment join
                ? new BoundField(BoundFieldKind.Join, attachment, default, Of(nested, join.Children))
                : new BoundField(BoundFieldKind.Value, attachment, default, null);
        }

        var ordinal = rows.Table.Shape.IndexOf(name);
        if (ordinal < 0)
        {
            return default;
        }

        return new BoundField(
            nested is null ? BoundFieldKind.Cell
                : nested.Relation is null ? BoundFieldKind.JsonObjectCell
                : BoundFieldKind.JoinedCell,
            ordinal,
            rows.Table.Shape.Types[ordinal],
            null
        );
    }
}

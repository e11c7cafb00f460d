using System.Runtime.InteropServices;

namespace Dormouse.Schema.Binding;

/// <summary>The relation fields of one model with many, by where they lead.</summary>
internal sealed class RelationSides
{
    private readonly Dictionary<Side, FirstTwo> sides;

    public RelationSides(ModelEntry model)
    {
        sides = new(model.RelationFields.Length);
        foreach (FieldEntry field in model.RelationFields)
        {
            ref FirstTwo fields = ref CollectionsMarshal.GetValueRefOrAddDefault(sides, Side.Of(field, field.Target!), out _);
            fields = fields.First is null ? new FirstTwo(field, null) : new FirstTwo(fields.First, fields.Second ?? field);
        }
    }

    /// <summary>The field that leads back to the model of one that leads here, under the same name.</summary>
    public FieldEntry? Other(FieldEntry field) => sides.GetValueOrDefault(Side.Of(field, field.Owner)).Other(field);

    /// <summary>To which model, under which name.</summary>
    private readonly record struct Side(ModelEntry To, string? Name)
    {
        public static Side Of(FieldEntry field, ModelEntry to) => new(to, field.Relation!.ExplicitRelationName);
    }

    /// <summary>More than two fields of one name are an error of their own, so only the first two matter here.</summary>
    private readonly record struct FirstTwo(FieldEntry? First, FieldEntry? Second)
    {
        public FieldEntry? Other(FieldEntry field) => First != field ? First : Second;
    }
}

namespace Dormouse.Schema.Binding;

/// <summary>The names of relations that have none of their own.</summary>
internal static class RelationNames
{
    public static string Of(FieldEntry field) =>
        field.Relation!.ExplicitRelationName ?? Generated(field.Relation.Model.Name, field.Relation.Target.Name);

    /// <summary>After the two models, the one that comes first by name first.</summary>
    private static string Generated(string left, string right) =>
        string.CompareOrdinal(left, right) < 0 ? $"{left}To{right}" : $"{right}To{left}";
}

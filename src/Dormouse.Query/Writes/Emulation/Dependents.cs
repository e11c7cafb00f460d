using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Emulation;

/// <summary>The relations whose keys refer to records that are about to change.</summary>
internal static class Dependents
{
    /// <summary>The fields of all models that hold a key of this one.</summary>
    public static IEnumerable<RelationField> Of(PrismaSchema schema, Model model) =>
        schema.Models.SelectMany(m => m.RelationFields).Where(field => field.IsForward && ReferenceEquals(field.Target, model));

    /// <summary>The other relations that share a column with this one's key.</summary>
    public static IEnumerable<RelationField> SharingKeyOf(RelationField field) =>
        field
            .Model.RelationFields.Where(other => !ReferenceEquals(other, field))
            .Where(other => RelationColumns.Own(other).Any(RelationColumns.Own(field).Contains))
            .Select(other => other.IsForward ? other : other.Opposite);

    /// <summary>Restrict and NoAction: no record may depend on those of a step.</summary>
    /// <param name="field">The field that holds the key.</param>
    /// <param name="isViolation">Whether a dependent record is a violation at all.</param>
    /// <returns>The step behind which the records may change.</returns>
    public static CheckStep Forbid(WriteBuilder builder, RelationField field, GraphNode records, bool isViolation = true)
    {
        var allowed = builder.Graph.Add(new CheckStep());
        var dependents = builder.ReadRelated(records, field.Opposite);
        var violation = isViolation ? Expectation.None(new RelationViolation(field.Relation)) : null;
        builder.Graph.Connect(dependents, allowed, Link.Data(DataUse.Check, PrimaryIdentifier.Of(field.Model), violation));
        return allowed;
    }
}

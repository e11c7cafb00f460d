using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Emulation;

/// <summary>What a foreign key would do when records are deleted, where the engine does it (<c>relationMode = "prisma"</c>).</summary>
internal static class OnDelete
{
    /// <summary>All that must happen before records of a step are deleted.</summary>
    public static void AddBefore(WriteBuilder builder, Model model, GraphNode records, GraphNode delete)
    {
        foreach (var step in Add(builder, model, records))
        {
            builder.Graph.Connect(step, delete, Link.Order);
        }
    }

    /// <returns>The last step of each relation.</returns>
    public static IReadOnlyList<GraphNode> Add(WriteBuilder builder, Model model, GraphNode records)
    {
        var last = new List<GraphNode>();
        if (!builder.EmulatesRelations)
        {
            return last;
        }

        foreach (var field in Dependents.Of(builder.Context.Schema, model))
        {
            switch (field.Relation.OnDelete)
            {
                case ReferentialAction.Cascade:
                    last.Add(Cascade(builder, field, records));
                    break;
                case ReferentialAction.SetNull:
                    SetNull(builder, field, records, last);
                    break;
                default:
                    last.Add(Dependents.Forbid(builder, field, records));
                    break;
            }
        }

        return last;
    }

    private static DeleteStep Cascade(WriteBuilder builder, RelationField field, GraphNode records)
    {
        var dependents = builder.ReadRelated(records, field.Opposite);
        var delete = builder.Graph.Add(new DeleteStep(field.Model, null));
        AddBefore(builder, field.Model, dependents, delete);
        builder.Graph.Connect(dependents, delete, Link.Data(DataUse.Selector, PrimaryIdentifier.Of(field.Model)));
        return delete;
    }

    private static void SetNull(WriteBuilder builder, RelationField field, GraphNode records, List<GraphNode> last)
    {
        var nulls = ChangeSet.Nulls(field.Fields.Where(f => !f.IsRequired));
        if (nulls.IsEmpty)
        {
            return;
        }

        var dependents = builder.ReadRelated(records, field.Opposite);
        var update = builder.Graph.Add(new UpdateManyStep(field.Model, null, nulls));
        builder.Graph.Connect(dependents, update, Link.Data(DataUse.Selector, PrimaryIdentifier.Of(field.Model)));
        foreach (var other in Dependents.SharingKeyOf(field))
        {
            OnUpdate.AddOne(builder, other, dependents, update);
        }

        last.Add(update);
    }
}

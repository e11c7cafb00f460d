using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Emulation;

/// <summary>What a foreign key would do when keys of records change, where the engine does it (<c>relationMode = "prisma"</c>).</summary>
internal static class OnUpdate
{
    /// <summary>All that must happen between the reading of records and their update.</summary>
    public static void Add(WriteBuilder builder, Model model, GraphNode records, QueryStep update)
    {
        if (!builder.EmulatesRelations)
        {
            return;
        }

        foreach (var field in Dependents.Of(builder.Context.Schema, model))
        {
            AddOne(builder, field, records, update);
        }
    }

    /// <summary>The same in a branch: nothing of it happens in the other one.</summary>
    public static void ConnectBranch(WriteBuilder builder, Model model, BranchStep branch, GraphNode records, QueryStep update)
    {
        if (!builder.EmulatesRelations)
        {
            builder.Graph.Connect(branch, update, Link.Then);
            return;
        }

        var again = builder.Graph.Add(new YieldStep());
        builder.Graph.Connect(records, again, Link.Data(DataUse.Yield, PrimaryIdentifier.Of(model)));
        Add(builder, model, again, update);
        builder.Graph.Connect(branch, again, Link.Then);
        builder.Graph.Connect(again, update, Link.Order);
    }

    public static void AddOne(WriteBuilder builder, RelationField field, GraphNode records, QueryStep update)
    {
        var changes = ChangesOf(update);
        switch (field.Relation.OnUpdate)
        {
            case ReferentialAction.Cascade:
                Cascade(builder, field, records, update, changes);
                break;
            case ReferentialAction.SetNull:
                SetNull(builder, field, records, update, changes);
                break;
            default:
                var isViolation = field.References.Any(changes.Has);
                builder.Graph.Connect(Dependents.Forbid(builder, field, records, isViolation), update, Link.Order);
                break;
        }
    }

    private static void Cascade(WriteBuilder builder, RelationField field, GraphNode records, QueryStep update, ChangeSet changes)
    {
        var follow = new ChangeSet();
        for (var i = 0; i < field.Fields.Count; i++)
        {
            if (changes.TryGet(field.References[i], out var change))
            {
                follow.Add(change with { Field = field.Fields[i] });
            }
        }

        if (!follow.IsEmpty)
        {
            AddFollowing(builder, field, records, update, follow, Dependents.Of(builder.Context.Schema, field.Model));
        }
    }

    private static void SetNull(WriteBuilder builder, RelationField field, GraphNode records, QueryStep update, ChangeSet changes)
    {
        if (field.References.Any(changes.Has))
        {
            var nulls = ChangeSet.Nulls(field.Fields.Where(f => !f.IsRequired));
            AddFollowing(builder, field, records, update, nulls, Dependents.SharingKeyOf(field));
        }
    }

    /// <summary>Updates the records that depend on those of a step, before these are updated, and what depends on them in turn.</summary>
    private static void AddFollowing(
        WriteBuilder builder,
        RelationField field,
        GraphNode records,
        QueryStep update,
        ChangeSet changes,
        IEnumerable<RelationField> next
    )
    {
        var dependents = builder.ReadRelated(records, field.Opposite);
        var follow = builder.Graph.Add(new UpdateManyStep(field.Model, null, changes));
        foreach (var other in next)
        {
            AddOne(builder, other, dependents, follow);
        }

        builder.Graph.Connect(dependents, follow, Link.Data(DataUse.Selector, PrimaryIdentifier.Of(field.Model)));
        builder.Graph.Connect(follow, update, Link.Order);
    }

    private static ChangeSet ChangesOf(QueryStep update) =>
        update switch
        {
            UpdateStep one => one.Changes,
            UpdateManyStep many => many.Changes,
            _ => throw new ArgumentException($"A {update.GetType().Name} changes no keys.", nameof(update)),
        };
}

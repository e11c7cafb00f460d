using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Operations;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Query.Writes.Nested;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes;

/// <summary>Builds the graph of one write operation. The steps that several kinds of writes share are here.</summary>
internal sealed class WriteBuilder(CompileContext context)
{
    public CompileContext Context { get; } = context;

    public WriteGraph Graph { get; } = new();

    /// <summary>Prisma's engine watches over relations itself, because the database has no foreign keys.</summary>
    public bool EmulatesRelations => Context.Schema.RelationMode == RelationMode.Prisma;

    public Condition? Filter(Model model, InputObject filter) => FilterReader.Read(model, filter, Context.Facts);

    /// <summary>Creates a record with all that its data says about other records.</summary>
    public CreateStep Create(Model model, InputObject data) => Create(model, RecordData.ForCreate(model, data));

    public CreateStep Create(Model model, RecordData data)
    {
        var create = Graph.Add(new CreateStep(model, data.Changes));
        AddNested(create, data);
        return create;
    }

    /// <summary>Updates one record with all that its data says about other records.</summary>
    public UpdateStep Update(Model model, Condition? filter, InputObject data)
    {
        var read = RecordData.ForUpdate(model, data);
        var update = Graph.Add(new UpdateStep(model, filter, read.Changes));
        AddNested(update, read);
        return update;
    }

    /// <summary>Updates records of which an edge will say which, and what of them.</summary>
    public UpdateManyStep UpdateLater(Model model, Condition? filter = null) =>
        Graph.Add(new UpdateManyStep(model, filter, new ChangeSet()));

    /// <summary>Takes the keys out of records, of which an edge will say which.</summary>
    public UpdateManyStep Unlink(Model model, IReadOnlyList<ScalarField> keys, Condition? filter = null) =>
        Graph.Add(new UpdateManyStep(model, filter, ChangeSet.Nulls(keys)));

    /// <summary>The records behind a relation of the records of a step.</summary>
    public ReadRelatedStep ReadRelated(GraphNode parents, RelationField field, Condition? filter = null)
    {
        var read = Graph.Add(new ReadRelatedStep(field, filter));
        read.Return(Sql.RelationColumns.Related(field));
        Graph.Connect(
            parents,
            read,
            Link.Data(DataUse.Parent, [.. Sql.PrimaryIdentifier.Of(field.Model).Union(Sql.RelationColumns.Own(field))])
        );
        return read;
    }

    public ReadStep Read(Model model, IReadOnlyList<ScalarField> fields, Condition? filter)
    {
        var read = Graph.Add(new ReadStep(model, filter));
        read.Return(fields);
        return read;
    }

    public void AddNested(GraphNode parent, RecordData data)
    {
        foreach (var nested in data.Nested)
        {
            NestedWrites.Add(this, parent, nested);
        }
    }

    /// <summary>The objects of an argument that takes one or many.</summary>
    public static IReadOnlyList<InputObject> ObjectsOf(InputValue value) =>
        value is InputList list ? [.. list.Items.Cast<InputObject>()] : [(InputObject)value];
}

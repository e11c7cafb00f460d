using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Nested;

/// <summary><c>connectOrCreate</c>: relates the record that a filter names, or makes one.</summary>
internal static class NestedConnectOrCreate
{
    private const string Operation = "a nested connect or create";

    public static void Add(NestedPlace place, InputValue value)
    {
        var items = WriteBuilder.ObjectsOf(value);
        if (place.Relation.Kind == RelationKind.OneToOne)
        {
            if (place.IsInlinedInParent)
            {
                AddOneToOneInParent(place, items[^1]);
            }
            else
            {
                AddOneToOneInChild(place, items[^1]);
            }

            return;
        }

        foreach (var item in items)
        {
            if (place.Relation.Kind == RelationKind.ManyToMany)
            {
                AddManyToMany(place, item);
            }
            else if (place.IsInlinedInParent)
            {
                AddToParent(place, item);
            }
            else
            {
                AddToChild(place, item);
            }
        }
    }

    private static void AddManyToMany(NestedPlace place, InputObject item)
    {
        var graph = place.Graph;
        var read = place.Builder.Read(place.ChildModel, place.ChildIdentifier, FilterOf(place, item));
        var create = place.Builder.Create(place.ChildModel, CreateOf(item));
        var branch = graph.Add(new BranchStep(BranchStep.AnyRecord));
        var connect = RelationPairs.Connect(place, read, Count.Of(1));
        RelationPairs.Connect(place, create, Count.Of(1));
        graph.Connect(place.Parent, read, Link.Order);
        graph.Connect(read, branch, Link.Data(DataUse.Condition, place.ChildIdentifier));
        graph.Connect(branch, connect, Link.Then);
        graph.Connect(branch, create, Link.Else);
    }

    private static void AddToChild(NestedPlace place, InputObject item)
    {
        var graph = place.Graph;
        var filter = FilterOf(place, item);
        var read = place.Builder.Read(place.ChildModel, place.ChildLink, filter);
        var branch = graph.Add(new BranchStep(BranchStep.AnyRecord));
        var update = place.Builder.UpdateLater(place.ChildModel, filter);
        var create = place.Builder.Create(place.ChildModel, CreateOf(item));
        graph.Connect(place.Parent, read, Link.Order);
        graph.Connect(branch, update, Link.Then);
        graph.Connect(branch, create, Link.Else);
        graph.Connect(read, branch, Link.Data(DataUse.Condition, place.ChildLink));
        InjectParent(place, create, place.ChildModel, MissingRelatedRecord.CreateInlined(place.ParentModel));
        InjectParent(place, update, place.ChildModel, MissingRelatedRecord.UpdateInlined(place.ParentModel));
    }

    /// <summary>The child is found or made first, and its key goes into the parent.</summary>
    private static void AddToParent(NestedPlace place, InputObject item)
    {
        var graph = place.Graph;
        var read = place.Builder.Read(place.ChildModel, place.ChildLink, FilterOf(place, item));
        graph.Swap(place.Parent, read);
        graph.Connect(place.Parent, read, Link.Order);
        var branch = graph.Add(new BranchStep(BranchStep.AnyRecord));
        var create = place.Builder.Create(place.ChildModel, CreateOf(item));
        graph.Connect(read, branch, Link.Data(DataUse.Condition, place.ChildLink));
        var existing = graph.Add(new YieldStep());
        var created = graph.Add(new YieldStep());
        graph.Connect(branch, existing, Link.Then);
        graph.Connect(branch, create, Link.Else);
        graph.Connect(branch, place.Parent, Link.Inject(place.ChildLink, place.ParentLink, null));
        graph.Connect(read, existing, Link.Data(DataUse.Yield, place.ChildLink));
        graph.Connect(create, created, Link.Data(DataUse.Yield, place.ChildLink));
    }

    /// <summary>As above, and the child lets go of another parent, and the parent of another child.</summary>
    private static void AddOneToOneInParent(NestedPlace place, InputObject item)
    {
        var graph = place.Graph;
        var read = place.Builder.Read(place.ChildModel, place.ChildLink, FilterOf(place, item));
        graph.Swap(place.Parent, read);
        graph.Connect(place.Parent, read, Link.Order);
        var branch = graph.Add(new BranchStep(BranchStep.AnyRecord));
        var create = place.Builder.Create(place.ChildModel, CreateOf(item));
        var existing = graph.Add(new YieldStep());
        var created = graph.Add(new YieldStep());
        graph.Connect(read, branch, Link.Data(DataUse.Condition, place.ChildLink));
        var otherParent = ExistingRelation.AddChecks(place.Builder, read, place.Field.Opposite);
        graph.Connect(branch, otherParent, Link.Then);
        graph.Connect(otherParent, existing, Link.Order);
        graph.Connect(read, existing, Link.Data(DataUse.Yield, place.ChildLink));
        graph.Connect(branch, create, Link.Else);
        graph.Connect(create, created, Link.Data(DataUse.Yield, place.ChildLink));
        if (place.ParentIsCreate)
        {
            graph.Connect(branch, place.Parent, Link.Inject(place.ChildLink, place.ParentLink, null));
            return;
        }

        graph.Connect(branch, place.Parent, Link.Order);
        ExistingRelation.AddChecks(place.Builder, place.Parent, place.Field);
        var update = place.Builder.UpdateLater(place.ParentModel);
        var missing = Expectation.Some(place.Missing(place.ChildModel, Operation, MissingRelatedRecord.UpdateInlined(place.ParentModel)));
        graph.Connect(place.Parent, update, Link.Data(DataUse.Selector, place.ParentIdentifier, missing));
        graph.Connect(branch, update, Link.Inject(place.ChildLink, place.ParentLink, missing));
    }

    private static void AddOneToOneInChild(NestedPlace place, InputObject item)
    {
        var graph = place.Graph;
        var newChild = place.Builder.Read(place.ChildModel, place.ChildLink, FilterOf(place, item));
        graph.Connect(place.Parent, newChild, Link.Order);
        var branch = graph.Add(new BranchStep(BranchStep.AnyRecord));
        var create = place.Builder.Create(place.ChildModel, CreateOf(item));
        graph.Connect(newChild, branch, Link.Data(DataUse.Condition, place.ChildLink));
        graph.Connect(branch, create, Link.Else);
        var update = place.Builder.UpdateLater(place.ChildModel);
        InjectParent(place, update, place.ParentModel, MissingRelatedRecord.Find(place.ChildModel));
        InjectParent(place, create, place.ParentModel, MissingRelatedRecord.CreateInlined(place.ChildModel));
        var missing = Expectation.Some(place.Missing(place.ParentModel, Operation, MissingRelatedRecord.Find(place.ChildModel)));
        graph.Connect(newChild, update, Link.Data(DataUse.Selector, place.ChildIdentifier, missing));
        if (place.ParentIsCreate)
        {
            graph.Connect(branch, update, Link.Then);
        }
        else
        {
            LetGoOfOldChild(place, newChild, branch, update);
        }
    }

    private static void LetGoOfOldChild(NestedPlace place, ReadStep newChild, BranchStep branch, UpdateManyStep update)
    {
        var graph = place.Graph;
        var oldChild = place.Builder.ReadRelated(place.Parent, place.Field);
        graph.Connect(branch, oldChild, Link.Then);
        var difference = graph.Add(new DifferenceStep(place.ChildModel, rightToLeft: false));
        graph.Connect(newChild, difference, Link.Data(DataUse.Left, place.ChildIdentifier));
        graph.Connect(oldChild, difference, Link.Data(DataUse.Right, place.ChildIdentifier));
        var isOther = graph.Add(new BranchStep(BranchStep.AnyRecord));
        graph.Connect(difference, isOther, Link.Data(DataUse.Condition, place.ChildIdentifier));
        var unlink = place.Builder.Unlink(place.ChildModel, place.ChildLink);
        var violation = place.Field.Opposite.IsRequired ? Expectation.None(place.Violation) : null;
        graph.Connect(oldChild, unlink, Link.Data(DataUse.Selector, place.ChildIdentifier, violation));
        graph.Connect(isOther, unlink, Link.Then);
        graph.Connect(unlink, update, Link.Order);
    }

    private static void InjectParent(NestedPlace place, GraphNode target, Model missingModel, string purpose)
    {
        var missing = Expectation.Some(place.Missing(missingModel, Operation, purpose));
        place.Graph.Connect(place.Parent, target, Link.Inject(place.ParentLink, place.ChildLink, missing));
    }

    private static Condition? FilterOf(NestedPlace place, InputObject item) => place.Filter((InputObject)item.Find("where")!);

    private static InputObject CreateOf(InputObject item) => (InputObject)item.Find("create")!;
}

using Dormouse.Query.Inputs;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Graphs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Nested;

/// <summary><c>create</c> and <c>createMany</c> behind a relation.</summary>
internal static class NestedCreate
{
    private const string Operation = "a nested create";

    public static void Add(NestedPlace place, InputValue value)
    {
        var records = WriteBuilder.ObjectsOf(value).Select(data => RecordData.ForCreate(place.ChildModel, data)).ToArray();

        // Records that have records of their own are made one by one: which child belongs to which is only known so.
        if (records.Length > 1 && !Array.Exists(records, r => r.HasNested) && CanCreateTogether(place))
        {
            AddTogether(place, [.. records.Select(r => r.Changes)], skipDuplicates: false);
            return;
        }

        var creates = records.Select(data => place.Builder.Create(place.ChildModel, data)).ToArray();
        switch (place.Relation.Kind)
        {
            case RelationKind.ManyToMany:
                foreach (var create in creates)
                {
                    place.Graph.Connect(place.Parent, create, Link.Order);
                    RelationPairs.Connect(place, create, Count.Of(1));
                }

                break;
            case RelationKind.OneToMany:
                AddOneToMany(place, creates);
                break;
            default:
                AddOneToOne(place, creates[^1]);
                break;
        }
    }

    /// <summary><c>{data: […], skipDuplicates: true}</c>, in one-to-many relations only.</summary>
    public static void AddMany(NestedPlace place, InputValue value)
    {
        var arguments = (InputObject)value;
        var records = arguments.Find("data") is { } data ? WriteBuilder.ObjectsOf(data) : [];
        AddTogether(
            place,
            [.. records.Select(record => RecordData.ForCreate(place.ChildModel, record).Changes)],
            Constants.IsTrue(arguments.Find("skipDuplicates"))
        );
    }

    private static bool CanCreateTogether(NestedPlace place) =>
        place.Relation.Kind switch
        {
            RelationKind.ManyToMany => true,
            RelationKind.OneToMany => !place.IsInlinedInParent,
            _ => false,
        };

    private static void AddTogether(NestedPlace place, IReadOnlyList<ChangeSet> records, bool skipDuplicates)
    {
        var isManyToMany = place.Relation.Kind == RelationKind.ManyToMany;
        var create = place.Graph.Add(new CreateManyStep(place.ChildModel, records, skipDuplicates) { YieldsRecords = isManyToMany });
        if (isManyToMany)
        {
            place.Graph.Connect(place.Parent, create, Link.Order);
            RelationPairs.Connect(place, create, Count.Of(records.Count));
            return;
        }

        var missing = place.Missing(place.ParentModel, Operation, MissingRelatedRecord.Inline(place.ChildModel));
        place.Graph.Connect(place.Parent, create, Link.Inject(place.ParentLink, place.ChildLink, Expectation.Some(missing)));
    }

    private static void AddOneToMany(NestedPlace place, CreateStep[] creates)
    {
        if (place.IsInlinedInParent)
        {
            var child = creates[^1];
            place.Graph.Swap(place.Parent, child);
            var missing = place.Missing(place.ChildModel, Operation, MissingRelatedRecord.Inline(place.ParentModel));
            place.Graph.Connect(place.Parent, child, Link.Inject(place.ChildLink, place.ParentLink, Expectation.Some(missing)));
            return;
        }

        foreach (var child in creates)
        {
            var missing = place.Missing(place.ParentModel, Operation, MissingRelatedRecord.Inline(place.ParentModel));
            place.Graph.Connect(place.Parent, child, Link.Inject(place.ParentLink, place.ChildLink, Expectation.Some(missing)));
        }
    }

    /// <summary>
    /// A parent that existed before may have a child already, which must let go. Its key is written behind that check, by an update of
    /// its own where the parent holds it.
    /// </summary>
    private static void AddOneToOne(NestedPlace place, CreateStep create)
    {
        if (!place.ParentIsCreate)
        {
            if (place.Field.IsRequired && place.Field.Opposite.IsRequired)
            {
                throw place.Violation.ToException();
            }

            ExistingRelation.AddChecks(place.Builder, place.Parent, place.Field);
        }

        if (!place.IsInlinedInParent)
        {
            var noParent = place.Missing(place.ParentModel, Operation, MissingRelatedRecord.CreateInlined(place.ChildModel));
            place.Graph.Connect(place.Parent, create, Link.Inject(place.ParentLink, place.ChildLink, Expectation.Some(noParent)));
            return;
        }

        place.Graph.Swap(place.Parent, create);
        var noChild = place.Missing(place.ChildModel, Operation, MissingRelatedRecord.CreateInlined(place.ParentModel));
        place.Graph.Connect(place.Parent, create, Link.Inject(place.ChildLink, place.ParentLink, Expectation.Some(noChild)));
        if (!place.ParentIsCreate)
        {
            LinkParentLater(place, create);
        }
    }

    private static void LinkParentLater(NestedPlace place, CreateStep create)
    {
        var update = place.Builder.UpdateLater(place.ParentModel);
        var noChild = place.Missing(place.ParentModel, Operation, MissingRelatedRecord.UpdateInlined(place.ChildModel));
        place.Graph.Connect(create, update, Link.Inject(place.ChildLink, place.ParentLink, Expectation.Some(noChild)));
        var noParent = place.Missing(place.ParentModel, Operation, MissingRelatedRecord.UpdateInlined(place.ParentModel));
        place.Graph.Connect(place.Parent, update, Link.Data(DataUse.Selector, place.ParentIdentifier, Expectation.Some(noParent)));
    }
}

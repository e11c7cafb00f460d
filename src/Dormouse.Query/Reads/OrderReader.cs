using Dormouse.Query.Inputs;
using Dormouse.Query.Operations;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>Reads <c>orderBy</c>.</summary>
internal static class OrderReader
{
    public static IReadOnlyList<Ordering> Read(Model model, InputValue? orderBy)
    {
        IReadOnlyList<InputValue> items = orderBy switch
        {
            null => [],
            InputList list => list.Items,
            _ => [orderBy],
        };
        return [.. items.Select(item => ReadObject(model, [], (InputObject)item)).OfType<Ordering>()];
    }

    /// <summary>An object has one field at most; an empty one orders by nothing.</summary>
    private static Ordering? ReadObject(Model model, RelationField[] path, InputObject order) =>
        order.Fields.Count > 0 ? ReadOne(model, path, order.Fields[0].Key, order.Fields[0].Value) : null;

    public static FieldOrdering Ascending(ScalarField field) => new([], field, IsDescending: false, NullsOrder.Default);

    private static Ordering? ReadOne(Model model, RelationField[] path, string name, InputValue value)
    {
        if (name == "_relevance")
        {
            var relevance = (InputObject)value;
            return new RelevanceOrdering(
                path,
                ScalarNames.FieldsOf(model, relevance.Find("fields")),
                relevance.Find("search")!,
                IsDescending(relevance.Find("sort")!)
            );
        }

        if (AggregateKinds.Find(name) is { } kind)
        {
            var (aggregated, direction) = ((InputObject)value).Fields[0];
            return new AggregateOrdering(kind, ScalarNames.FieldOf(model, aggregated), IsDescending(direction));
        }

        return model.TryGetField(name, out var field) && field is RelationField relation
            ? ReadRelation(path, relation, (InputObject)value)
            : ReadScalar(path, ScalarNames.FieldOf(model, name), value);
    }

    private static Ordering? ReadRelation(RelationField[] path, RelationField relation, InputObject value) =>
        relation.IsList
            ? new CountOrdering(path, relation, IsDescending(value.Fields[0].Value))
            : ReadObject(relation.Target, [.. path, relation], value);

    private static FieldOrdering ReadScalar(RelationField[] path, ScalarField field, InputValue value)
    {
        if (value is not InputObject options)
        {
            return new FieldOrdering(path, field, IsDescending(value), NullsOrder.Default);
        }

        var nulls = options.Find("nulls") switch
        {
            InputEnum { Value: "first" } => NullsOrder.First,
            InputEnum { Value: "last" } => NullsOrder.Last,
            _ => NullsOrder.Default,
        };
        return new FieldOrdering(path, field, IsDescending(options.Find("sort")!), nulls);
    }

    private static bool IsDescending(InputValue direction) => direction is InputEnum { Value: "desc" };
}

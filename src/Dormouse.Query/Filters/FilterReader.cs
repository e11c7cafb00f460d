using Dormouse.Query.Documents;
using Dormouse.Query.Inputs;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Filters;

/// <summary>
/// From filters as clients write them (<c>UserWhereInput</c>, <c>UserWhereUniqueInput</c>, <c>UserScalarWhereInput</c> and
/// <c>UserScalarWhereWithAggregatesInput</c>) to a condition.
/// </summary>
/// <remarks>
/// As in Prisma's engine an object that says nothing disappears from the group around it, so that <c>OR: [{}, {a: 1}]</c> asks for
/// a = 1, while <c>OR: []</c> and <c>OR: [{}]</c> let nothing pass, but only at the top of a filter: further in they say nothing.
/// </remarks>
internal static class FilterReader
{
    /// <returns>Null when the filter lets everything pass.</returns>
    public static Condition? Read(Model model, InputObject filter, LiteralFacts facts) =>
        SearchMerging.Merge(ReadObject(model, filter, isTop: true), facts);

    private static Condition? ReadObject(Model model, InputObject filter, bool isTop)
    {
        var conditions = new List<Condition>();
        foreach (var (name, value) in filter.Fields)
        {
            var condition = name switch
            {
                "AND" => ReadGroup(model, value, isTop, items => new AllCondition(items), null),
                "OR" => ReadGroup(model, value, isTop, items => new AnyCondition(items), NeverCondition.Instance),
                "NOT" => ReadGroup(model, value, isTop, items => new NoneCondition(items), null),
                _ => ReadField(model, name, value),
            };
            if (condition is not null)
            {
                conditions.Add(condition);
            }
        }

        return All(conditions);
    }

    /// <param name="ofNothing">What an empty group at the top means.</param>
    private static Condition? ReadGroup(
        Model model,
        InputValue value,
        bool isTop,
        Func<IReadOnlyList<Condition>, Condition> group,
        Condition? ofNothing
    )
    {
        IReadOnlyList<InputValue> items = value is InputList list ? list.Items : [value];
        var conditions = items.Select(item => ReadObject(model, (InputObject)item, isTop: false)).OfType<Condition>().ToArray();
        return conditions switch
        {
            [] => isTop ? ofNothing : null,
            [var only] when group([]) is not NoneCondition => only,
            _ => group(conditions),
        };
    }

    private static Condition? ReadField(Model model, string name, InputValue value)
    {
        if (!model.TryGetField(name, out var field))
        {
            return ReadCompound(model, name, (InputObject)value);
        }

        return field is RelationField relation
            ? ReadRelation(relation, value)
            : All(ScalarFilterReader.Read((ScalarField)field, value).ToArray());
    }

    /// <summary>A unique criterion of several fields, by the name that clients have for it.</summary>
    private static Condition? ReadCompound(Model model, string name, InputObject values)
    {
        var criterion = model.UniqueCriteria.First(c => c.ClientName == name);
        return All([.. criterion.Fields.Select(f => ScalarFilterReader.Equal(f.Field, values.Find(f.Field.Name) ?? InputNull.Instance))]);
    }

    private static Condition? ReadRelation(RelationField field, InputValue value)
    {
        if (value is not InputObject filter)
        {
            return new NoRelatedCondition(field);
        }

        // The related model's own filter in a to-one relation's place means "is".
        return filter.TypeName == field.Target.Name + "WhereInput"
            ? Quantified(field, RelationQuantifier.Is, filter)
            : All([.. filter.Fields.Select(f => ReadQuantifier(field, f.Key, f.Value))]);
    }

    private static Condition ReadQuantifier(RelationField field, string name, InputValue value) =>
        name switch
        {
            "some" => Quantified(field, RelationQuantifier.Some, value),
            "every" => Quantified(field, RelationQuantifier.Every, value),
            "none" => Quantified(field, RelationQuantifier.None, value),
            "is" => value is InputNull ? new NoRelatedCondition(field) : Quantified(field, RelationQuantifier.Is, value),
            _ => value is InputNull
                ? new NoneCondition([new NoRelatedCondition(field)])
                : Quantified(field, RelationQuantifier.IsNot, value),
        };

    private static RelationCondition Quantified(RelationField field, RelationQuantifier quantifier, InputValue filter)
    {
        var nested = ReadObject(field.Target, (InputObject)filter, isTop: true);
        return new RelationCondition(field, quantifier, nested);
    }

    private static Condition? All(IReadOnlyList<Condition> conditions) =>
        conditions switch
        {
            [] => null,
            [var only] => only,
            _ => new AllCondition(conditions),
        };
}

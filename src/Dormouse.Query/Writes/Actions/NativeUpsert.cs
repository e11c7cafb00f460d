using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Data;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Writes.Actions;

/// <summary>
/// When ON CONFLICT does what an upsert asks for: it finds the record by one unique criterion and nothing but the values that the new
/// record would have, and writes no other records.
/// </summary>
/// <param name="Unique">The columns of the unique criterion.</param>
/// <param name="Pairs">Values of the filter and of the new record that must be equal, which is known only when the plan runs.</param>
internal sealed record NativeUpsert(IReadOnlyList<ScalarField> Unique, IReadOnlyList<EqualValues> Pairs)
{
    public static NativeUpsert? Find(Model model, InputObject where, InputObject create, InputObject update, Selection selection)
    {
        if (
            update.Fields.Count == 0
            || !Answers.IsOfScalars(selection)
            || HasRelations(model, create)
            || HasRelations(model, update)
            || UniqueOf(model, where) is not { } unique
        )
        {
            return null;
        }

        var created = RecordData.ForCreate(model, create).Changes;
        var pairs = new List<EqualValues>();
        return where.Fields.All(field => AddPairs(model, field.Key, field.Value, created, pairs)) ? new NativeUpsert(unique, pairs) : null;
    }

    private static bool HasRelations(Model model, InputObject data) =>
        data.Fields.Any(item => model.TryGetField(item.Key, out var field) && field is RelationField);

    /// <summary>The one unique criterion that a filter names; null when it names several.</summary>
    private static ScalarField[]? UniqueOf(Model model, InputObject where)
    {
        var named = where.Fields.Select(item => CriterionOf(model, item.Key)).Where(criterion => criterion is not null).ToArray();
        return named is [{ } only] ? [.. only.Fields.Select(field => field.Field)] : null;
    }

    private static UniqueCriterion? CriterionOf(Model model, string name) =>
        model.TryGetField(name, out var field)
            ? model.UniqueCriteria.FirstOrDefault(c => c.Fields is [var only] && ReferenceEquals(only.Field, field))
            : model.UniqueCriteria.FirstOrDefault(c => c.Fields.Count > 1 && c.ClientName == name);

    private static bool AddPairs(Model model, string name, InputValue value, ChangeSet created, List<EqualValues> pairs)
    {
        // The engine compares an object by the values within it, whatever it means, so that one without values is equal to anything.
        if (HasNoValues(value))
        {
            return true;
        }

        if (!model.TryGetField(name, out var field))
        {
            return CriterionOf(model, name) is not null
                && ((InputObject)value).Fields.All(inner => AddPairs(model, inner.Key, inner.Value, created, pairs));
        }

        if (field is not ScalarField scalar || !created.TryGet(scalar, out var change) || value is not (InputScalar or InputNull))
        {
            return false;
        }

        pairs.Add(new EqualValues(Constants.ExpressionOf(value), change.Value, FieldArguments.Of(scalar, scalar.IsList)));
        return true;
    }

    private static bool HasNoValues(InputValue value) =>
        value is InputObject filter && filter.Fields.All(field => HasNoValues(field.Value));
}

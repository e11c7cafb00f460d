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
        return where.Fields.All(field => AddPairs(model, model, field.Key, field.Value, created, pairs))
            ? new NativeUpsert(unique, pairs)
            : null;
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

    /// <summary>
    /// The engine compares an object by the values within it, whatever it means and however deep they are, with those that the new record has
    /// under the same names; one without values is equal to anything.
    /// </summary>
    /// <param name="model">The record's.</param>
    /// <param name="at">To which the name belongs, if it is a field's.</param>
    private static bool AddPairs(Model model, Model at, string name, InputValue value, ChangeSet created, List<EqualValues> pairs)
    {
        at.TryGetField(name, out Field? own);
        InputValue written = value is InputList { IsShorthand: true, Items: [var only] } ? only : value;
        if (written is InputObject filter)
        {
            Model within = own is RelationField relation ? relation.Target : at;
            return filter.Fields.All(inner => AddPairs(model, within, inner.Key, inner.Value, created, pairs));
        }

        if (
            value is not (InputScalar or InputNull)
            || own is not ScalarField compared
            || !model.TryGetField(name, out Field? field)
            || field is not ScalarField scalar
            || !AreOfOneType(compared, scalar)
            || !created.TryGet(scalar, out var change)
        )
        {
            return false;
        }

        pairs.Add(new EqualValues(Constants.ExpressionOf(value), change.Value, FieldArguments.Of(scalar, scalar.IsList)));
        return true;
    }

    private static bool AreOfOneType(ScalarField one, ScalarField other) =>
        ReferenceEquals(one, other) || (one.Type == other.Type && one.Enum == other.Enum && one.IsList == other.IsList);
}

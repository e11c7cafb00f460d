using Dormouse.Query.Documents;
using Dormouse.Query.Inputs.Faults;
using Dormouse.Query.Inputs.Types;
using Dormouse.Query.Operations;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>Reads what is selected of an answer, with the arguments of its fields.</summary>
internal sealed class SelectionReader(ArgumentReader arguments)
{
    private const string AllScalars = "$scalars";
    private const string AllComposites = "$composites";
    private static readonly KeyValuePair<string, DocumentNode>[] AllOfType = [new(AllScalars, BooleanNode.True)];

    /// <summary>A field with its arguments and what is selected within it.</summary>
    public (InputObject Arguments, Selection Selection) ReadField(OutputField field, ObjectNode? query, DocumentPath path)
    {
        var (given, selected) = PartsOf(query);
        var (read, fault) = arguments.ReadArguments(given, field.Arguments, path);
        if (fault is not null)
        {
            throw FaultJson.ToException(fault);
        }

        if (field.ObjectType is not { } type)
        {
            return selected is not null && Choose([], selected, []).Count > 0
                ? throw FaultJson.ToException(new SelectionOnScalar(path))
                : (read!, Selection.Empty);
        }

        return (read!, new Selection(ReadFields(type, selected, path)));
    }

    /// <summary>Whether a document has the form of one: <c>{"arguments":{…},"selection":{"name":true|false|{…}}}</c>, down to its leaves.</summary>
    public static void CheckForm(ObjectNode query)
    {
        if (query.TryGet("arguments", out var arguments) && arguments is not (ObjectNode or NullNode))
        {
            throw DocumentFailure.Malformed("arguments are no object.");
        }

        if (!query.TryGet("selection", out var node) || node is not ObjectNode selection)
        {
            throw DocumentFailure.Malformed("a part of it has no selection.");
        }

        foreach (var (_, selected) in selection.Members)
        {
            if (selected is ObjectNode nested)
            {
                CheckForm(nested);
            }
            else if (selected is not BooleanNode)
            {
                throw DocumentFailure.Malformed("what is selected is neither true, false nor an object.");
            }
        }
    }

    /// <summary><c>true</c> stands for an object with all its scalars.</summary>
    private static (ObjectNode Arguments, ObjectNode? Selection) PartsOf(ObjectNode? query) =>
        query is null
            ? (ObjectNode.Empty, null)
            : (
                query.TryGet("arguments", out var given) && given is ObjectNode arguments ? arguments : ObjectNode.Empty,
                query.TryGet("selection", out var selection) ? (ObjectNode)selection : null
            );

    private List<SelectedField> ReadFields(OutputObjectType type, ObjectNode? selected, DocumentPath path)
    {
        var omitted =
            selected?.Members.Where(member => member.Value is BooleanNode { Value: false }).Select(member => member.Key).ToHashSet() ?? [];
        var chosen = Choose(type.Fields, selected, omitted);
        if (chosen.Count == 0)
        {
            throw FaultJson.ToException(new EmptySelection(path, type));
        }

        foreach (var name in omitted)
        {
            if (!type.TryGet(name, out _))
            {
                throw FaultJson.ToException(new UnknownSelectionField(path.Then(name), type));
            }
        }

        var fields = new List<SelectedField>(chosen.Count);
        foreach (var (name, query) in chosen)
        {
            var step = path.Then(name);
            fields.Add(
                type.TryGet(name, out var field)
                    ? Select(field, query, step)
                    : throw FaultJson.ToException(new UnknownSelectionField(step, type))
            );
        }

        return fields;
    }

    /// <summary>The names of what is selected, with arguments and selections where there are any. Of two for one name the later counts.</summary>
    private static OrderedDictionary<string, ObjectNode?> Choose(
        IReadOnlyList<OutputField> fields,
        ObjectNode? selected,
        HashSet<string> omitted
    )
    {
        var chosen = new OrderedDictionary<string, ObjectNode?>();
        foreach (var (name, node) in selected?.Members ?? AllOfType)
        {
            if (node is BooleanNode { Value: true } && name == AllScalars)
            {
                foreach (var scalar in fields.Where(field => field.ObjectType is null && !omitted.Contains(field.Name)))
                {
                    chosen[scalar.Name] = null;
                }
            }
            else if (node is not BooleanNode boolean || (boolean.Value && name != AllComposites))
            {
                chosen[name] = node as ObjectNode;
            }
        }

        return chosen;
    }

    private SelectedField Select(OutputField field, ObjectNode? query, DocumentPath path)
    {
        var (given, selection) = ReadField(field, query, path);
        return field.Kind switch
        {
            OutputKind.Relation => new SelectedRelation((RelationField)field.Field!, given, selection),
            OutputKind.RelationCounts => new SelectedCounts([.. selection.Fields.Cast<RelationCount>().Select(count => count.Count)]),
            OutputKind.RelationCount => new RelationCount(
                new SelectedCount((RelationField)field.Field!, given.Find("where") as InputObject)
            ),
            OutputKind.Aggregate => new SelectedAggregate(
                AggregateKinds.Parse(field.Name),
                [.. selection.Fields.Select(item => (item as SelectedScalar)?.Field)]
            ),
            _ => field.Field is ScalarField scalar ? new SelectedScalar(scalar) : new NamedValue(field.Name),
        };
    }

    /// <summary>One relation within <c>_count</c>, until they are put together.</summary>
    private sealed record RelationCount(SelectedCount Count) : SelectedField(Count.Field.Name);

    /// <summary>A value that is no field: <c>_all</c>, or the number of affected rows.</summary>
    private sealed record NamedValue(string Name) : SelectedField(Name);
}

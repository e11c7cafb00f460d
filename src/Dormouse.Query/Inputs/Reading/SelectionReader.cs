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

    /// <summary>A field with its arguments and what is selected within it.</summary>
    public (InputObject Arguments, Selection Selection) ReadField(OutputField field, DocumentNode? query, DocumentPath path)
    {
        var (given, selected) = PartsOf(query);
        var (read, fault) = arguments.ReadArguments(given, field.Arguments, path);
        if (fault is not null)
        {
            throw FaultJson.ToException(fault);
        }

        if (field.ObjectType is not { } type)
        {
            return selected is { Members.Count: > 0 } ? throw FaultJson.ToException(new SelectionOnScalar(path)) : (read!, Selection.Empty);
        }

        return (read!, new Selection(ReadFields(type, selected, path)));
    }

    /// <summary><c>true</c> stands for an object with all its scalars.</summary>
    private static (ObjectNode Arguments, ObjectNode? Selection) PartsOf(DocumentNode? query)
    {
        if (query is not ObjectNode parts)
        {
            return (ObjectNode.Empty, null);
        }

        if (!parts.TryGet("selection", out var node) || node is not ObjectNode selection)
        {
            throw DocumentFailure.Malformed("a part of it has no selection.");
        }

        return parts.TryGet("arguments", out var given) && given is not NullNode
            ? (given as ObjectNode ?? throw DocumentFailure.Malformed("arguments are no object."), selection)
            : (ObjectNode.Empty, selection);
    }

    private List<SelectedField> ReadFields(OutputObjectType type, ObjectNode? selected, DocumentPath path)
    {
        var fields = new OrderedDictionary<string, SelectedField>();
        if (selected is null)
        {
            AddScalars(fields, type, [], path);
        }
        else
        {
            ReadMembers(fields, type, selected, path);
        }

        return fields.Count == 0 ? throw FaultJson.ToException(new EmptySelection(path, type)) : [.. fields.Values];
    }

    private void ReadMembers(OrderedDictionary<string, SelectedField> fields, OutputObjectType type, ObjectNode selected, DocumentPath path)
    {
        var omitted = selected
            .Members.Where(member => member.Value is BooleanNode { Value: false })
            .Select(member => member.Key)
            .ToHashSet();
        foreach (var name in omitted)
        {
            if (name is not (AllScalars or AllComposites) && !type.TryGet(name, out _))
            {
                throw FaultJson.ToException(new UnknownSelectionField(path.Then(name), type));
            }
        }

        foreach (var (name, node) in selected.Members)
        {
            switch (node)
            {
                case BooleanNode { Value: true } when name == AllScalars:
                    AddScalars(fields, type, omitted, path);
                    break;
                case BooleanNode when name is AllScalars or AllComposites:
                    break;
                case BooleanNode or ObjectNode:
                    var step = path.Then(name);
                    if (!type.TryGet(name, out var field))
                    {
                        throw FaultJson.ToException(new UnknownSelectionField(step, type));
                    }

                    if (!omitted.Contains(name) && !fields.ContainsKey(name))
                    {
                        fields[name] = Select(field, node as ObjectNode, step);
                    }

                    break;
                default:
                    throw DocumentFailure.Malformed("what is selected is neither true, false nor an object.");
            }
        }
    }

    private void AddScalars(
        OrderedDictionary<string, SelectedField> fields,
        OutputObjectType type,
        HashSet<string> omitted,
        DocumentPath path
    )
    {
        foreach (var field in type.Fields)
        {
            if (field.ObjectType is null && !omitted.Contains(field.Name) && !fields.ContainsKey(field.Name))
            {
                fields[field.Name] = Select(field, null, path.Then(field.Name));
            }
        }
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

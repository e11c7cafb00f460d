using Dormouse.Query.Documents;
using Dormouse.Query.Inputs.Bindings;
using Dormouse.Query.Inputs.Faults;
using Dormouse.Query.Inputs.Types;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>
/// Reads the arguments of one document. The types of a union are tried in their order, and the first that fits wins. What came of an
/// object is kept: nested unions would otherwise read the same objects a number of times that doubles with each level.
/// </summary>
internal sealed class ArgumentReader(LiteralFacts facts, PrismaSchema schema, int maxErrorBytes)
{
    private static readonly ScalarKind Json = new(ScalarType.Json, null);

    private readonly Dictionary<(DocumentNode, InputObjectType, FilterPlace), Outcome> read = [];
    private readonly LiteralTable literals = facts.Literals;
    private DocumentPath selection = new(null, "");

    /// <summary>The arguments of a selected field, in the order of the query schema.</summary>
    public (InputObject? Arguments, Fault? Fault) ReadArguments(ObjectNode given, IReadOnlyList<InputField> known, DocumentPath field)
    {
        selection = field;
        foreach (var (name, _) in given.Members)
        {
            if (!known.Any(argument => argument.Name == name))
            {
                return (null, new UnknownArgument(field, new DocumentPath(null, name), known));
            }
        }

        var fields = new List<KeyValuePair<string, InputValue>>();
        foreach (var argument in known)
        {
            var path = new DocumentPath(null, argument.Name);
            if (given.TryGet(argument.Name, out var node))
            {
                var outcome = Read(node, argument.Types, path, default);
                if (outcome.Fault is not null)
                {
                    return (null, outcome.Fault);
                }

                fields.Add(new KeyValuePair<string, InputValue>(argument.Name, Checked(argument, outcome.Value!)));
            }
            else if (argument.IsRequired)
            {
                return (null, new Missing(field, path, argument.Types));
            }
        }

        return (new InputObject("", fields), null);
    }

    private static InputValue Checked(InputField argument, InputValue value) =>
        argument.Name == "cursor" && value is InputObject cursor
            ? new InputObject(cursor.TypeName, cursor.Fields)
            {
                Problem = CursorRules.Explain(cursor, ((InputObjectType)argument.Types[0]).Filtered!),
            }
            : value;

    private Outcome Read(DocumentNode node, IReadOnlyList<InputType> types, DocumentPath path, FilterPlace place)
    {
        if (types.Count == 1)
        {
            return Read(node, types[0], path, place);
        }

        List<Fault>? faults = null;
        foreach (var type in types)
        {
            var outcome = Read(node, type, path, place);
            if (outcome.Value is { } value)
            {
                NoteValues(faults);
                return types.Any(other => other is ListInputType list && ReferenceEquals(list.Item, type)) ? Listed(value) : value;
            }

            (faults ??= new List<Fault>(types.Count)).Add(outcome.Fault!);
        }

        return new NoTypeMatches(faults!, maxErrorBytes);
    }

    /// <summary>A type that came earlier was ruled out by a value: with other values it might have won.</summary>
    private void NoteValues(List<Fault>? faults)
    {
        if (faults is null)
        {
            return;
        }

        foreach (var literal in faults.SelectMany(fault => fault.Literals))
        {
            if (literals[literal].IsList)
            {
                facts.InspectTexts(literal);
            }
            else
            {
                facts.InspectText(literal);
            }
        }
    }

    /// <summary>One value where the type is a value or a list of them: a list, so that compilers have one case.</summary>
    private static InputValue Listed(InputValue value) =>
        value is InputScalar { IsList: false } scalar
            ? new InputScalar(scalar.Type, isList: true, new ListSource([scalar.Source!]), -1)
            : new InputList([value]) { IsShorthand = true };

    private Outcome Read(DocumentNode node, InputType type, DocumentPath path, FilterPlace place)
    {
        if (type is ScalarInputType { Type: ScalarType.Json } && IsJson(node))
        {
            return ReadJson(node, type, path);
        }

        if (node is NullNode)
        {
            return type is NullInputType ? InputNull.Instance : new Missing(selection, path, [type]);
        }

        return type switch
        {
            ScalarInputType scalar => ReadScalar(node, scalar, path),
            EnumInputType values => ReadEnum(node, values, path),
            ConstantInputType constants => ReadConstant(node, constants, path),
            ListInputType list => ReadList(node, list, path, place),
            RawParametersInputType => ReadRawParameters(node, type, path),
            InputObjectType objects when node is ObjectNode or FieldReferenceNode => ReadObject(node, objects, path, place),
            _ => Wrong(node, type, path),
        };
    }

    private WrongType Wrong(DocumentNode node, InputType type, DocumentPath path) =>
        new(selection, path, type, () => GivenTypes.NameOf(node, literals));

    /// <summary>Nearly everything is a document: what has a tag that says otherwise is not.</summary>
    private static bool IsJson(DocumentNode node) =>
        node switch
        {
            EnumNode or FieldReferenceNode => false,
            ListNode list => list.Items.All(item => IsJson(item) && item is not LiteralNode { Kind: LiteralKind.Json }),
            LiteralListNode list => !list.Kinds.Contains(LiteralKind.Json),
            _ => true,
        };

    private Outcome ReadJson(DocumentNode node, InputType type, DocumentPath path)
    {
        if (node is LiteralNode { Kind: LiteralKind.Json } text)
        {
            return ReadLiteral(text, Json, type, path);
        }

        return new InputScalar(Json, isList: false, JsonBinding.Of(node), node is LiteralNode literal ? literal.Index : -1);
    }

    private Outcome ReadRawParameters(DocumentNode node, InputType type, DocumentPath path)
    {
        if (node is ListNode or LiteralListNode)
        {
            return new InputScalar(Json, isList: false, JsonBinding.Of(node), -1);
        }

        if (node is not LiteralNode { Kind: LiteralKind.Text } literal)
        {
            return Wrong(node, type, path);
        }

        var text = LiteralTable.TextOf(literals.RawOf(literals[literal.Index]));
        return RawParameters.Explain(text) is var (expected, reason)
            ? new WrongValue(selection, path, System.Text.Encoding.UTF8.GetString(text.Span), expected, reason)
            : new InputScalar(Json, isList: false, new BindingSource(new RawParametersBinding(literal.Index)), literal.Index);
    }

    private Outcome ReadScalar(DocumentNode node, ScalarInputType type, DocumentPath path)
    {
        var kind = new ScalarKind(type.Type, null);
        return node switch
        {
            LiteralNode literal => ReadLiteral(literal, kind, type, path),
            BooleanNode boolean when type.Type == ScalarType.Boolean => new InputScalar(
                kind,
                isList: false,
                new ConstantSource(BooleanValue.Of(boolean.Value)),
                -1
            ),
            _ => Wrong(node, type, path),
        };
    }

    private Outcome ReadLiteral(LiteralNode literal, ScalarKind kind, InputType type, DocumentPath path)
    {
        var raw = literals.RawOf(literals[literal.Index]);
        return ScalarReader.TryRead(kind, literal.Kind, raw, out _)
            ? new InputScalar(kind, isList: false, new BindingSource(new ScalarBinding(kind, literal.Index)), literal.Index)
            : LiteralFaults.Of(selection, path, type, literal.Kind, raw, literal.Index);
    }

    private Outcome ReadEnum(DocumentNode node, EnumInputType type, DocumentPath path)
    {
        var kind = new ScalarKind(null, type.Type);
        if (node is LiteralNode literal)
        {
            return ReadLiteral(literal, kind, type, path);
        }

        if (NameIn(node) is not { } name)
        {
            return Wrong(node, type, path);
        }

        return type.Type.TryGetValue(name, out var value)
            ? new InputScalar(kind, isList: false, new ConstantSource(TextValue.Of(value.DatabaseName)), -1)
            : new WrongValue(selection, path, name, type.Name);
    }

    /// <summary>A name that is part of the shape. A boolean is one too: it may be an enum's value.</summary>
    private static string? NameIn(DocumentNode node) =>
        node switch
        {
            EnumNode value => value.Value,
            BooleanNode boolean => boolean.Value ? "true" : "false",
            _ => null,
        };

    private Outcome ReadConstant(DocumentNode node, ConstantInputType type, DocumentPath path)
    {
        if (node is LiteralNode { Kind: LiteralKind.Text } literal)
        {
            // Of a text that may be a document as well, no more is looked at than whether it names a null.
            return
                type == ReferenceTypes.JsonNullInput
                || type == ReferenceTypes.NullableJsonNullInput
                || type == ReferenceTypes.JsonNullFilter
                ? Constant(facts.InspectNullName(literal.Index), type, path, () => literals.StringOf(literal.Index))
                : Constant(facts.InspectText(literal.Index), type, path);
        }

        return NameIn(node) is { } name ? Constant(name, type, path) : Wrong(node, type, path);
    }

    private Outcome Constant(string? name, ConstantInputType type, DocumentPath path, Func<string>? given = null) =>
        name is not null && type.Values.Contains(name)
            ? new InputEnum(type.Name, name)
            : new WrongValue(selection, path, given?.Invoke() ?? name!, type.Name);

    private Outcome ReadList(DocumentNode node, ListInputType type, DocumentPath path, FilterPlace place) =>
        node switch
        {
            LiteralListNode list => ReadLiterals(list, type, path),
            ListNode list => ReadItems(list, type, path, place),
            _ => Wrong(node, type, path),
        };

    private Outcome ReadLiterals(LiteralListNode list, ListInputType type, DocumentPath path)
    {
        if (type.Item is ConstantInputType constants)
        {
            return ReadConstants(list, constants, path);
        }

        var scalar = type.Item as ScalarInputType;
        var kind = new ScalarKind(scalar?.Type, (type.Item as EnumInputType)?.Type);
        foreach (var item in literals.Items(literals[list.Index]))
        {
            var raw = literals.RawOf(item);
            if (!ScalarReader.TryRead(kind, item.Kind, raw, out _))
            {
                return type.Item is ScalarInputType or EnumInputType
                    ? LiteralFaults.Of(selection, path, type.Item, item.Kind, raw, list.Index)
                    : new WrongType(selection, path, type.Item, () => GivenTypes.NameOf(item.Kind, raw));
            }
        }

        return new InputScalar(kind, isList: true, new BindingSource(new ScalarListBinding(kind, list.Index)), list.Index);
    }

    private Outcome ReadConstants(LiteralListNode list, ConstantInputType type, DocumentPath path)
    {
        var texts = facts.InspectTexts(list.Index);
        var values = new List<InputValue>(texts.Count);
        foreach (var item in literals.Items(literals[list.Index]))
        {
            var raw = literals.RawOf(item);
            Outcome outcome =
                item.Kind == LiteralKind.Text
                    ? Constant(texts[values.Count], type, path)
                    : new WrongType(selection, path, type, () => GivenTypes.NameOf(item.Kind, raw));
            if (outcome.Fault is not null)
            {
                return outcome;
            }

            values.Add(outcome.Value!);
        }

        return new InputList(values);
    }

    private Outcome ReadItems(ListNode list, ListInputType type, DocumentPath path, FilterPlace place)
    {
        var values = new List<InputValue>(list.Items.Count);
        foreach (var item in list.Items)
        {
            var outcome = Read(item, type.Item, path, place);
            if (outcome.Fault is not null)
            {
                return outcome;
            }

            values.Add(outcome.Value!);
        }

        return type.Item is ScalarInputType or EnumInputType ? ScalarList(type.Item, values) : new InputList(values);
    }

    private static InputScalar ScalarList(InputType item, List<InputValue> values)
    {
        var kind = new ScalarKind((item as ScalarInputType)?.Type, (item as EnumInputType)?.Type);
        return new InputScalar(kind, isList: true, new ListSource([.. values.Select(value => ((InputScalar)value).Source!)]), -1);
    }

    private Outcome ReadObject(DocumentNode node, InputObjectType type, DocumentPath path, FilterPlace place)
    {
        place = place.Within(type);
        var key = (node, type, place);
        if (!read.TryGetValue(key, out var outcome))
        {
            outcome = node is FieldReferenceNode reference
                ? ReadReference(reference, type, path, place)
                : ReadMembers((ObjectNode)node, type, path, place);
            read.Add(key, outcome);
        }

        return outcome;
    }

    private Outcome ReadReference(FieldReferenceNode reference, InputObjectType type, DocumentPath path, FilterPlace place) =>
        MissingField(
            type,
            path,
            name => name == "_ref" ? reference.Field is not null : name == "_container" && reference.Container is not null
        )
            is { } missing
            ? missing
        : type.Referenced is { } referenced ? FieldReferences.Resolve(schema, place, reference.Field!, reference.Container!, referenced)
        : new UnknownInputField(selection, path.Then(reference.Field is null ? "_container" : "_ref"), type);

    private Outcome ReadMembers(ObjectNode node, InputObjectType type, DocumentPath path, FilterPlace place)
    {
        if (MissingField(type, path, name => node.TryGet(name, out _)) is { } missing)
        {
            return missing;
        }

        var fields = new List<KeyValuePair<string, InputValue>>(node.Members.Count);
        foreach (var (name, value) in node.Members)
        {
            if (!type.TryGet(name, out var field))
            {
                return new UnknownInputField(selection, path.Then(name), type);
            }

            // Of several members with one name the last one counts.
            if (!node.TryGet(name, out var last) || !ReferenceEquals(last, value))
            {
                continue;
            }

            var outcome = Read(value, field.Types, path.Then(name), place.Under(type, name));
            if (outcome.Fault is not null)
            {
                return outcome;
            }

            fields.Add(new KeyValuePair<string, InputValue>(name, outcome.Value!));
        }

        if (CountFault(type, path, fields) is { } fault)
        {
            return fault;
        }

        return type.Referenced is { } referenced ? Reference(node, place, referenced) : new InputObject(type.Name, fields);
    }

    private Missing? MissingField(InputObjectType type, DocumentPath path, Func<string, bool> isGiven)
    {
        foreach (var field in type.Fields)
        {
            if (field.IsRequired && !isGiven(field.Name))
            {
                return new Missing(selection, path.Then(field.Name), field.Types);
            }
        }

        return null;
    }

    private WrongFieldCount? CountFault(InputObjectType type, DocumentPath path, List<KeyValuePair<string, InputValue>> fields)
    {
        var counted = type.Constraints.Fields is { } names ? fields.Count(field => names.Contains(field.Key)) : fields.Count;
        return counted > type.Constraints.Most ? new WrongFieldCount(selection, path, type, counted, isTooMany: true)
            : counted < type.Constraints.Least ? new WrongFieldCount(selection, path, type, counted, isTooMany: false)
            : null;
    }

    /// <summary>A reference that is written without its tag.</summary>
    private InputFieldReference Reference(ObjectNode node, FilterPlace place, InputType referenced)
    {
        return FieldReferences.Resolve(schema, place, Text("_ref"), Text("_container"), referenced);

        string Text(string name) =>
            node.TryGet(name, out var value) && value is LiteralNode literal ? facts.InspectText(literal.Index) : "";
    }
}

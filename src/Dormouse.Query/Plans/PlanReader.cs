using System.Collections.Frozen;
using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Joins;
using Dormouse.Query.Json;
using Dormouse.Query.Mapping;
using Dormouse.Query.Nodes;
using Dormouse.Query.Processing;

namespace Dormouse.Query.Plans;

/// <summary>
/// Compiles the JSON of a plan: names are tied to the bindings that they mean, SQL is rendered as far as it is fixed, structures get
/// their encoded field names. Unknown properties are ignored, unknown node types refused.
/// </summary>
internal sealed class PlanReader(QueryLimits limits)
{
    /// <summary>The nodes of which the plans of finds, counts and groups are made.</summary>
    private static readonly FrozenSet<string> ReadingNodes = FrozenSet.Create(
        StringComparer.Ordinal,
        "value",
        "get",
        "unit",
        "seq",
        "let",
        "getFirstNonEmpty",
        "concat",
        "sum",
        "query",
        "unique",
        "required",
        "reverse",
        "mapField",
        "join",
        "dataMap",
        "validate",
        "if",
        "diff",
        "process"
    );

    private readonly PlanScope scope = new();
    private int elements;

    public int SlotCount => scope.SlotCount;

    /// <summary>As <see cref="QueryPlan.OnlyReads"/>, once the root is read. Node types that came later than this code are no reads.</summary>
    public bool OnlyReads { get; private set; } = true;

    public PlanNode ReadRoot(JsonElement root) => Read(root, isLast: true, depth: 0);

    private ExpressionReader Expressions => new(scope, CountElement, MarkAsMoreThanRead);

    private PlanNode Read(JsonElement element, bool isLast, int depth)
    {
        CountElement();
        if (depth > limits.MaxPlanDepth)
        {
            throw PlanFailure.LimitExceeded("nesting of a query plan", limits.MaxPlanDepth);
        }

        var type = element.RequiredText("type");
        // JSON null is a value like any other here.
        element.TryGetProperty("args", out var args);
        PlanNode One(JsonElement e) => Read(e, isLast: false, depth + 1);
        if (!ReadingNodes.Contains(type))
        {
            MarkAsMoreThanRead();
        }
        return type switch
        {
            "value" => new ValueNode(Expressions.Read(args, depth)),
            "get" => new GetNode(scope.Resolve(args.RequiredText("name"))),
            "unit" => new UnitNode(),
            "seq" => new SequenceNode(ReadSequence(args, isLast, depth)),
            "let" => ReadLet(args, isLast, depth),
            "getFirstNonEmpty" => new GetFirstNonEmptyNode([.. Names(args.Required("names")).Select(scope.Resolve)]),
            "concat" => new ConcatNode([.. args.Items().Select(One)]),
            "sum" => new SumNode([.. args.Items().Select(One)]),
            "query" => new QueryNode(Expressions.ReadSql(args, depth, out var raw), raw),
            "execute" => new ExecuteNode(Expressions.ReadSql(args, depth, out var rawExecute), rawExecute),
            "unique" => new UniqueNode(One(args)),
            "required" => new RequiredNode(One(args)),
            "reverse" => new ReverseNode(One(args)),
            "mapField" => new MapFieldNode(args.RequiredText("field"), One(args.Required("records"))),
            "join" => ReadJoin(args, depth),
            "transaction" => new TransactionNode(Read(args, isLast, depth + 1)),
            "dataMap" => ReadDataMap(args, isLast, depth),
            "validate" => ReadValidate(args, depth),
            "if" => new IfNode(
                One(args.Required("value")),
                ReadRule(args.Required("rule")),
                Read(args.Required("then"), isLast, depth + 1),
                Read(args.Required("else"), isLast, depth + 1)
            ),
            "diff" => new DiffNode(One(args.Required("from")), One(args.Required("to")), Names(args.Required("fields"))),
            "process" => new ProcessNode(One(args.Required("expr")), ReadOperations(args.Required("operations"), depth)),
            "initializeRecord" => new InitializeRecordNode(One(args.Required("expr")), ReadChanges(args, depth)),
            "mapRecord" => new MapRecordNode(One(args.Required("expr")), ReadChanges(args, depth)),
            _ => throw PlanFailure.UnknownNode(type),
        };
    }

    private PlanNode[] ReadSequence(JsonElement args, bool isLast, int depth)
    {
        var steps = args.Items().ToArray();
        var nodes = new PlanNode[steps.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            nodes[i] = Read(steps[i], isLast && i == steps.Length - 1, depth + 1);
        }

        return nodes;
    }

    private LetNode ReadLet(JsonElement args, bool isLast, int depth)
    {
        var mark = scope.Depth;
        var bindings = new List<(int, PlanNode)>();
        foreach (var binding in args.Required("bindings").Items())
        {
            // A binding's own expression still sees an outer binding of the same name.
            var expression = Read(binding.Required("expr"), isLast: false, depth + 1);
            bindings.Add((scope.Declare(binding.RequiredText("name")), expression));
        }

        var body = Read(args.Required("expr"), isLast, depth + 1);
        scope.LeaveTo(mark);
        return new LetNode([.. bindings], body);
    }

    private JoinNode ReadJoin(JsonElement args, int depth)
    {
        var children = new List<JoinChild>();
        var parent = Read(args.Required("parent"), isLast: false, depth + 1);
        foreach (var child in args.Required("children").Items())
        {
            var on = child.Required("on").Items().Select(Names).ToArray();
            if (Array.Exists(on, pair => pair.Length != 2))
            {
                throw PlanFailure.Malformed("a join needs pairs of fields.");
            }

            children.Add(
                new JoinChild(
                    Read(child.Required("child"), isLast: false, depth + 1),
                    [.. on.Select(pair => pair[0])],
                    [.. on.Select(pair => pair[1])],
                    child.RequiredText("parentField"),
                    child.Flag("isRelationUnique")
                )
            );
        }

        return new JoinNode(parent, [.. children], args.Flag("canAssumeStrictEquality"));
    }

    private DataMapNode ReadDataMap(JsonElement args, bool isLast, int depth)
    {
        var structure = new StructureReader(args.Optional("enums") ?? default, CountElement).Read(args.Required("structure"));
        return new DataMapNode(Read(args.Required("expr"), isLast: false, depth + 1), structure, isLast);
    }

    private ValidateNode ReadValidate(JsonElement args, int depth)
    {
        var context = args.Optional("context") ?? default;
        var words = new Dictionary<string, string?>();
        if (context.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in context.Properties())
            {
                words[JsonValues.NameOf(property)] = property.Value.ValueKind switch
                {
                    JsonValueKind.Null => null,
                    JsonValueKind.String => JsonValues.TextOf(property.Value),
                    _ => property.Value.GetRawText(),
                };
            }
        }

        var json = context.ValueKind == JsonValueKind.Object ? JsonValues.Serialize(JsonValues.FromElement(context)).ToArray() : [];
        return new ValidateNode(
            Read(args.Required("expr"), isLast: false, depth + 1),
            [.. args.Required("rules").Items().Select(ReadRule)],
            new ValidationError(args.RequiredText("errorIdentifier"), words, json)
        );
    }

    private static Rule ReadRule(JsonElement rule)
    {
        var type = rule.RequiredText("type");
        var kind = type switch
        {
            "rowCountEq" => RuleKind.RowCountEq,
            "rowCountNeq" => RuleKind.RowCountNeq,
            "affectedRowCountEq" => RuleKind.AffectedRowCountEq,
            "never" => RuleKind.Never,
            _ => throw PlanFailure.Malformed($"'{type}' is no kind of rule."),
        };
        return new Rule(kind, kind == RuleKind.Never ? 0 : rule.Number("args") ?? throw PlanFailure.Malformed("a rule has no count."));
    }

    private ProcessOperations ReadOperations(JsonElement operations, int depth)
    {
        CountElement();
        if (depth > limits.MaxPlanDepth)
        {
            throw PlanFailure.LimitExceeded("nesting of a query plan", limits.MaxPlanDepth);
        }

        var nested = new List<(string, ProcessOperations)>();
        if (operations.Optional("nested") is { } lists)
        {
            foreach (var property in lists.Properties())
            {
                nested.Add((JsonValues.NameOf(property), ReadOperations(property.Value, depth + 1)));
            }
        }

        return new ProcessOperations(
            operations.Optional("pagination") is { } pagination ? ReadPagination(pagination, depth) : null,
            operations.Optional("distinct") is { } distinct ? Names(distinct) : null,
            operations.Flag("reverse"),
            operations.Optional("linkingFields") is { } linking ? Names(linking) : null,
            nested
        );
    }

    private Pagination ReadPagination(JsonElement pagination, int depth)
    {
        var cursor = pagination.Optional("cursor") is { } fields
            ? fields.Properties().Select(f => (JsonValues.NameOf(f), Expressions.Read(f.Value, depth))).ToList()
            : null;
        return new Pagination(cursor, Position(pagination, "take"), Position(pagination, "skip"));
    }

    private FieldChange[] ReadChanges(JsonElement args, int depth)
    {
        var changes = new List<FieldChange>();
        foreach (var property in args.Required("fields").Properties())
        {
            CountElement();
            var type = property.Value.RequiredText("type");
            var operation = type switch
            {
                "value" or "set" => FieldOperation.Set,
                "add" => FieldOperation.Add,
                "subtract" => FieldOperation.Subtract,
                "multiply" => FieldOperation.Multiply,
                "divide" => FieldOperation.Divide,
                "lastInsertId" => FieldOperation.LastInsertId,
                _ => throw PlanFailure.Malformed($"'{type}' is no field operation."),
            };
            var value = operation == FieldOperation.LastInsertId ? null : Expressions.Read(property.Value.Required("value"), depth);
            changes.Add(new FieldChange(JsonValues.NameOf(property), operation, value));
        }

        return [.. changes];
    }

    private static int? Position(JsonElement pagination, string name) =>
        pagination.Number(name) is { } number ? (int)Math.Clamp(number, int.MinValue, int.MaxValue) : null;

    private static string[] Names(JsonElement list) =>
        [
            .. list.Items()
                .Select(e =>
                    e.ValueKind == JsonValueKind.String ? JsonValues.TextOf(e) : throw PlanFailure.Malformed("a list of names is expected.")
                ),
        ];

    private void MarkAsMoreThanRead() => OnlyReads = false;

    private void CountElement()
    {
        if (++elements > limits.MaxPlanElements)
        {
            throw PlanFailure.LimitExceeded("elements of a query plan", limits.MaxPlanElements);
        }
    }
}

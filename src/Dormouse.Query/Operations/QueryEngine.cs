using System.Buffers.Binary;
using System.Security.Cryptography;
using Dormouse.Query.Documents;
using Dormouse.Query.Failures;
using Dormouse.Query.Inputs;
using Dormouse.Query.Plans;
using Dormouse.Query.Reads;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Operations;

/// <summary>
/// Protocol A for one Prisma schema: a query document becomes a plan with values. Thread-safe; costs next to nothing until a model is
/// queried.
/// <code>
/// document ─ walk ─▶ shape + literals ─ known shape? ─ yes ─▶ plan, bind literals
///                                            │ no
///                                            ▼
///          tree ─ OperationReader ─▶ operation ─ OperationCompiler ─▶ plan
/// </code>
/// </summary>
public sealed class QueryEngine
{
    private readonly PrismaSchema schema;
    private readonly OperationCache cache;
    private readonly QueryLimits limits;
    private readonly ReadStrategy usual;
    private readonly QuerySchema querySchema;
    private readonly byte[] number;

    /// <param name="usual">How relations are read where a query does not say it (<c>relationLoadStrategy</c>).</param>
    public QueryEngine(PrismaSchema schema, OperationCache cache, QueryLimits limits, ReadStrategy usual = ReadStrategy.Separate)
    {
        ArgumentNullException.ThrowIfNull(cache);
        this.schema = schema;
        this.cache = cache;
        this.limits = limits;
        this.usual = usual;
        querySchema = new QuerySchema(schema);
        number = BitConverter.GetBytes(cache.NewSchemaNumber());
    }

    /// <summary>The plan and the values of one query: <c>{"modelName":…,"action":…,"query":{…}}</c>.</summary>
    /// <param name="query">Must stay unchanged until the operation has run: values are read from it in place.</param>
    /// <exception cref="PlanException">The query is malformed or does not fit the schema.</exception>
    public PreparedOperation Prepare(ReadOnlyMemory<byte> query)
    {
        using var shape = new ShapeBuffer();
        var literals = new LiteralTable(query);
        shape.Write(number);
        DocumentWalker<ShapeSink>.Walk(query.Span, new ShapeSink(shape, literals), limits.MaxDocumentDepth);
        if (cache.Find(shape, literals) is { } known && known.TryBind(literals, out var values))
        {
            return new PreparedOperation(known, literals, values);
        }

        // A known plan whose literals do not fit comes here too: reading the whole document anew finds the words for it.
        var facts = new LiteralFacts(literals);
        var plan = Compile(query.Span, facts);
        if (!plan.TryBind(literals, out values))
        {
            throw PlanFailure.Plain("A value of the query does not have the form of its type.");
        }

        plan.ShapeDigest = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(shape.Written[number.Length..]));
        cache.Add(shape, literals, facts.Facts, plan);
        return new PreparedOperation(plan, literals, values);
    }

    /// <summary>
    /// Several look-ups as one, if they are of one shape and differ in the keys of their records alone: what clients merge, because it was
    /// asked for in one turn of their loop.
    /// </summary>
    /// <param name="operations">Of this engine.</param>
    public PreparedMerge? TryMerge(IReadOnlyList<PreparedOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count < 2 || operations[0].Plan is not { } plan || operations.Any(operation => operation.Plan != plan))
        {
            return null;
        }

        // Two that come here at once compile it twice, to the same.
        plan.Merged ??= new MergedForm(
            MergedFinds.Compile(plan.Operation, ContextOf(plan.Operation, new LiteralFacts(operations[0].Literals), new ParameterList()))
        );
        return plan.Merged.Plan is { } merged && merged.Fits(operations) ? new PreparedMerge(merged, operations) : null;
    }

    /// <summary>
    /// Whether Prisma's engine would have merged look-ups that <see cref="TryMerge"/> does not, such as those of which one asks for null.
    /// </summary>
    /// <param name="queries">As for <see cref="Prepare"/>.</param>
    public bool AreMerged(IReadOnlyList<ReadOnlyMemory<byte>> queries) => MergedDocument.Of(queries, schema) is not null;

    /// <summary>
    /// What is wrong with a batch of which at least one query cannot be prepared, where that is the failure of all of them: one names an
    /// operation that there is not, or Prisma's engine would have merged them. Null where each fails or succeeds by itself.
    /// </summary>
    /// <param name="queries">As for <see cref="Prepare"/>.</param>
    public PlanException? RefusalOfBatch(IReadOnlyList<ReadOnlyMemory<byte>> queries)
    {
        foreach (var query in queries)
        {
            if (OperationReader.UnknownOperation(query, querySchema) is { } unknown)
            {
                return unknown;
            }
        }

        if (MergedDocument.Of(queries, schema) is not { } document)
        {
            return null;
        }

        try
        {
            Prepare(document);
            return null;
        }
        catch (PlanException refused)
        {
            return refused;
        }
    }

    private CompileContext ContextOf(Operation operation, LiteralFacts facts, ParameterList parameters) =>
        new(schema, facts, parameters, limits)
        {
            ReadStrategy = operation.Arguments.Find("relationLoadStrategy") switch
            {
                InputEnum { Value: "join" } => ReadStrategy.Joined,
                InputEnum => ReadStrategy.Separate,
                _ => usual,
            },
        };

    private OperationPlan Compile(ReadOnlySpan<byte> query, LiteralFacts facts)
    {
        var tree = new TreeSink(limits.MaxDocumentNodes);
        DocumentWalker<TreeSink>.Walk(query, tree, limits.MaxDocumentDepth);
        var parameters = new ParameterList();
        var operation = new OperationReader(querySchema, facts, parameters, limits.MaxErrorBytes).Read(tree.Root);
        var context = ContextOf(operation, facts, parameters);
        var root = OperationCompiler.Compile(operation, context);
        return new OperationPlan(operation, root, context.SlotCount, parameters.Bindings);
    }
}

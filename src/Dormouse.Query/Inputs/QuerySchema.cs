using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Dormouse.Query.Inputs.Types;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Inputs;

/// <summary>
/// What may be asked of a schema: the types of arguments and answers, as Prisma's query schema has them, with the same names and fields
/// in the same order, because error messages show them. Built piece by piece when a query needs it, and kept; safe for all threads.
/// </summary>
internal sealed class QuerySchema
{
    private readonly ConcurrentDictionary<(Model, string), OutputField?> operations = new();
    private readonly ConcurrentDictionary<Model, VisibleFields> visible = new();

    public QuerySchema(PrismaSchema schema)
    {
        Schema = schema;
        HasFullTextSearch = schema.HasPreviewFeature("fullTextSearchPostgres");
        HasRelationJoins = schema.HasPreviewFeature("relationJoins");
        References = new ReferenceTypes(Cache);
        Filters = new FilterTypes(this);
        Wheres = new WhereTypes(this);
        Orders = new OrderTypes(this);
        Arguments = new ArgumentLists(this);
        WriteArguments = new WriteArguments(this);
        Creates = new CreateTypes(this);
        Updates = new UpdateTypes(this);
        Nested = new NestedTypes(this);
        Outputs = new OutputTypes(this);
    }

    public PrismaSchema Schema { get; }

    public bool HasFullTextSearch { get; }

    public bool HasRelationJoins { get; }

    public TypeCache Cache { get; } = new();

    public ReferenceTypes References { get; }

    public FilterTypes Filters { get; }

    public WhereTypes Wheres { get; }

    public OrderTypes Orders { get; }

    public ArgumentLists Arguments { get; }

    public WriteArguments WriteArguments { get; }

    public CreateTypes Creates { get; }

    public UpdateTypes Updates { get; }

    public NestedTypes Nested { get; }

    public OutputTypes Outputs { get; }

    public VisibleFields FieldsOf(Model model) => visible.GetOrAdd(model, static known => new VisibleFields(known));

    /// <summary>The operation that an action names, or false where the model does not offer it.</summary>
    public bool TryGetOperation(string action, Model model, [NotNullWhen(true)] out OutputField? operation)
    {
        operation = operations.GetOrAdd((model, action), key => OperationTypes.Make(this, key.Item2, key.Item1));
        return operation is not null;
    }
}

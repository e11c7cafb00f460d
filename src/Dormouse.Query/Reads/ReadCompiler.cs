using Dormouse.Query.Failures;
using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>Compiles the operations that read.</summary>
internal static class ReadCompiler
{
    public const string NothingFound = "No record was found for a query.";

    public static PlanNode Compile(Operation operation, CompileContext context)
    {
        var rows = operation.Action switch
        {
            OperationAction.FindUnique or OperationAction.FindUniqueOrThrow => ReadUnique(operation, context),
            OperationAction.FindFirst or OperationAction.FindFirstOrThrow => ReadFirst(operation, context),
            OperationAction.FindMany => ReadMany(operation, context),
            OperationAction.Aggregate => AggregateReader.Read(operation, context),
            _ => GroupReader.Read(operation, context),
        };
        if (operation.Action is OperationAction.FindUniqueOrThrow or OperationAction.FindFirstOrThrow)
        {
            rows = new FoundNode(rows, NothingFound);
        }

        return new DataMapNode(rows, ResultStructures.Of(operation.Selection), isLast: true);
    }

    /// <summary>
    /// Records that are known by their primary identifier, with all that a selection asks for: what a write answers.
    /// </summary>
    /// <param name="keys">
    /// A slot with rows that have the columns of <see cref="PrimaryIdentifier"/>, such as those of <c>INSERT … RETURNING</c>.
    /// </param>
    /// <returns>A node that yields rows in no particular order; <see cref="ResultStructures.Of(Selection)"/> shapes them.</returns>
    public static PlanNode ReadByKeys(Model model, Selection selection, ScopeName keys, CompileContext context)
    {
        var identifier = PrimaryIdentifier.Of(model);
        var select = new SelectStatement(model, new TableAliases());
        return RelatedRecords.Query(
            new KeysExpression(keys, [.. identifier.Select(f => f.DatabaseName)]),
            context,
            values =>
            {
                select.Select(identifier);
                select.WhereIn(identifier, values);
                return RecordReader.Read(select, selection, context);
            }
        );
    }

    private static UniqueNode ReadUnique(Operation operation, CompileContext context)
    {
        var select = new SelectStatement(operation.Model!, new TableAliases());
        select.Where(FilterReader.Read(operation.Model!, (InputObject)operation.Arguments.Find("where")!, context.Facts));
        return new UniqueNode(RecordReader.Read(select, operation.Selection, context));
    }

    private static UniqueNode ReadFirst(Operation operation, CompileContext context)
    {
        var arguments = ReadArguments.OfRecords(operation.Model!, operation.Arguments, context.Facts);
        if (operation.Arguments.Find("take") is InputScalar take && !IsOne(take, context))
        {
            throw QueryFailure.Input("The 'findFirst' operation cannot be used with a 'take' argument that isn't 1 or -1");
        }

        // The first record is the first of its kind.
        var distinct = arguments.Skip is null && arguments.Cursor.Count == 0 ? [] : arguments.Distinct;
        var first = arguments with { Take = new LiteralExpression(new NumberValue(1)), Distinct = distinct };
        return new UniqueNode(ReadList(first, operation.Selection, context));
    }

    private static bool IsOne(InputScalar take, CompileContext context) =>
        take.Literal < 0 || Math.Abs(context.Facts.InspectWhole(take.Literal)) == 1;

    private static PlanNode ReadMany(Operation operation, CompileContext context) =>
        ReadList(ReadArguments.OfRecords(operation.Model!, operation.Arguments, context.Facts), operation.Selection, context);

    private static PlanNode ReadList(ReadArguments arguments, Selection selection, CompileContext context) =>
        ListReader.Read(new SelectStatement(arguments.Model, new TableAliases()), arguments, selection, context);
}

using Dormouse.Query.Filters;
using Dormouse.Query.Inputs;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Schema.Models;

namespace Dormouse.Query.Reads;

/// <summary>Compiles the operations that read.</summary>
internal static class ReadCompiler
{
    public static PlanNode Compile(Operation operation, CompileContext context)
    {
        var rows = ReadRecords(operation, context);
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

    private static PlanNode ReadRecords(Operation operation, CompileContext context)
    {
        var select = new SelectStatement(operation.Model!, new TableAliases());
        if (operation.Arguments.Find("where") is InputObject where)
        {
            select.Where(FilterReader.Read(operation.Model!, where, context.Facts));
        }

        var rows = RecordReader.Read(select, operation.Selection, context);
        return operation.Action == OperationAction.FindMany ? rows : new UniqueNode(rows);
    }
}

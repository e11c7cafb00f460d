using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Processing;
using Dormouse.Query.Reads;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;
using Dormouse.Query.Writes.Checks;
using Dormouse.Query.Writes.Data;
using Dormouse.Query.Writes.Statements;

namespace Dormouse.Query.Writes.Graphs;

/// <summary>The plan node of each kind of step.</summary>
internal sealed class StepCompiler(CompileContext context)
{
    private readonly CompileContext context = context;

    public PlanNode Compile(GraphNode node, StepInputs inputs) =>
        node switch
        {
            CreateStep create => Query(InsertSql.One(create.Model, inputs.Complete(create.Changes), create.Fields)),
            CreateManyStep create => CreateManyPlan.Compile(create, inputs),
            UpdateStep update => Update(update, inputs),
            UpdateManyStep update => UpdateMany(update, inputs),
            DeleteStep delete => Delete(delete, inputs),
            ReadStep read => Read(read, inputs),
            ReadRelatedStep read => ReadRelated(read, inputs),
            ReadResultStep read => ReadResult(read, inputs),
            ConnectStep connect => Connect(connect, inputs),
            DisconnectStep disconnect => Disconnect(disconnect, inputs),
            YieldStep => new GetNode(Needed(inputs.Yield)),
            DifferenceStep difference => Difference(difference, inputs),
            CheckStep => new UnitNode(),
            _ => throw new NotSupportedException($"{node.GetType().Name} is no step that runs by itself."),
        };

    private static QueryNode Update(UpdateStep step, StepInputs inputs)
    {
        var changes = inputs.Complete(step.Changes, step.Model);
        var criteria = new Criteria(step.Model, step.Filter);
        if (inputs.Selector is { } record)
        {
            criteria.AddRecord(record);
        }

        return Query(changes.IsEmpty ? UpdateSql.Select(criteria, step.Fields) : UpdateSql.Update(criteria, changes, step.Fields));
    }

    private PlanNode UpdateMany(UpdateManyStep step, StepInputs inputs)
    {
        var changes = inputs.Complete(step.Changes, step.Model);
        if (changes.IsEmpty && !step.YieldsRecords)
        {
            return new ValueNode(new LiteralExpression(new NumberValue(0)));
        }

        return ForKeys(
            new Criteria(step.Model, step.Filter),
            inputs.Selector,
            (criteria, limit) =>
                changes.IsEmpty ? Query(UpdateSql.Select(criteria, step.Fields))
                : step.YieldsRecords ? Query(UpdateSql.Update(criteria, changes, step.Fields, limit))
                : Execute(UpdateSql.Update(criteria, changes, [], limit)),
            step.Limit,
            step.YieldsRecords ? null : new NumberValue(0)
        );
    }

    private PlanNode Delete(DeleteStep step, StepInputs inputs) =>
        ForKeys(
            new Criteria(step.Model, step.Filter),
            inputs.Selector,
            (criteria, limit) =>
                step.YieldsRecords ? Query(UpdateSql.Delete(criteria, step.Fields, limit)) : Execute(UpdateSql.Delete(criteria, [], limit)),
            step.Limit,
            step.YieldsRecords ? null : new NumberValue(0)
        );

    private PlanNode Read(ReadStep step, StepInputs inputs) =>
        ForKeys(new Criteria(step.Model, step.Filter), inputs.Selector, (criteria, _) => Query(UpdateSql.Select(criteria, step.Fields)));

    private PlanNode ReadRelated(ReadRelatedStep step, StepInputs inputs)
    {
        var own = RelationColumns.Own(step.Field);
        return RelatedRecords.Query(
            new KeysExpression(Needed(inputs.Parent), [.. own.Select(f => f.DatabaseName)]),
            context,
            keys =>
            {
                var criteria = new Criteria(step.Model, step.Filter);
                criteria.AddRelated(step.Field, keys);
                return Query(UpdateSql.Select(criteria, step.Fields));
            }
        );
    }

    private DataMapNode ReadResult(ReadResultStep step, StepInputs inputs)
    {
        var rows = ReadCompiler.ReadByKeys(step.Model, step.Selection, Needed(inputs.Selector), context);
        var structure = ResultStructures.Of(step.Selection);
        if (step.Missing is not { } missing)
        {
            return new DataMapNode(new UniqueNode(rows), structure, isLast: true);
        }

        var record = context.NewSlot("record");
        var found = new SequenceNode([new ExpectNode(record, Expectation.Some(missing)), new UniqueNode(new GetNode(record))]);
        return new DataMapNode(new LetNode([(record.Slot, rows)], found), structure, isLast: true);
    }

    private static ExecuteNode Connect(ConnectStep step, StepInputs inputs)
    {
        var parent = ParentKey(step.Field, inputs);
        var child = PrimaryIdentifier.Of(step.Field.Target)[0].DatabaseName;
        return Execute(JoinTableSql.Insert(step.Field, new PairsExpression(parent, Needed(inputs.Children), child)));
    }

    private PlanNode Disconnect(DisconnectStep step, StepInputs inputs)
    {
        var parent = ParentKey(step.Field, inputs);
        if (inputs.Children is not { } children)
        {
            return Execute(JoinTableSql.Delete(step.Field, parent, null));
        }

        return RelatedRecords.Query(
            new KeysExpression(children, [PrimaryIdentifier.Of(step.Field.Target)[0].DatabaseName]),
            context,
            keys => Execute(JoinTableSql.Delete(step.Field, parent, keys))
        );
    }

    private static DiffNode Difference(DifferenceStep step, StepInputs inputs)
    {
        var left = new GetNode(Needed(inputs.Left));
        var right = new GetNode(Needed(inputs.Right));
        string[] fields = [.. PrimaryIdentifier.Of(step.Model).Select(f => f.DatabaseName)];
        return step.RightToLeft ? new DiffNode(right, left, fields) : new DiffNode(left, right, fields);
    }

    /// <summary>A statement on the records that an earlier step found, which is not sent when it found none.</summary>
    private PlanNode ForKeys(
        Criteria criteria,
        ScopeName? selector,
        Func<Criteria, Expression?, PlanNode> compile,
        Expression? limit = null,
        PlanValue? nothing = null
    )
    {
        if (selector is not { } records)
        {
            return compile(criteria, limit);
        }

        // Of records that are known already, the first so many.
        var identifier = PrimaryIdentifier.Of(criteria.Model);
        return RelatedRecords.Query(
            new KeysExpression(records, [.. identifier.Select(f => f.DatabaseName)]) { Limit = limit },
            context,
            keys =>
            {
                criteria.AddKeys(keys);
                return compile(criteria, null);
            },
            nothing
        );
    }

    private static RecordFieldExpression ParentKey(Schema.Models.RelationField field, StepInputs inputs) =>
        new(Needed(inputs.Parent), PrimaryIdentifier.Of(field.Model)[0].DatabaseName);

    private static QueryNode Query(SqlBuilder sql) => new(sql.Build(), isRaw: false);

    private static ExecuteNode Execute(SqlBuilder sql) => new(sql.Build(), isRaw: false);

    private static ScopeName Needed(ScopeName? slot) => slot ?? throw new InvalidOperationException("A step lacks what it depends on.");
}

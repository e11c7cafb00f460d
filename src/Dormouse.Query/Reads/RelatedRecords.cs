using Dormouse.Query.Joins;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Reads;

/// <summary>Reads the records of a relation for all parents at once.</summary>
internal static class RelatedRecords
{
    /// <summary>The column in which a record of a many-to-many relation carries the key of its parent.</summary>
    private const string ParentKey = "@parent";

    public static JoinChild Read(SelectedRelation relation, ScopeName parents, CompileContext context)
    {
        var field = relation.Field;
        var ownKeys = RelationColumns.Own(field).Select(f => f.DatabaseName).ToArray();
        var select = new SelectStatement(field.Target, new TableAliases());
        string[] childKeys = field.Relation.JoinTable is null
            ? [.. RelationColumns.Related(field).Select(f => f.DatabaseName)]
            : [ParentKey];
        var node = Query(
            new KeysExpression(parents, ownKeys),
            context,
            keys =>
            {
                var link = WriteLink(select, relation, keys);
                var arguments = ReadArguments.OfRecords(field.Target, relation.Arguments, context.Facts);
                // Of a many-to-many relation even a single parent's page needs the cursor's own record, as in Prisma's engine.
                var parentKeys = field.Relation.JoinTable is null ? keys : null;
                return ListReader.Read(select, arguments, link, parentKeys, relation.Selection, context);
            }
        );
        return new JoinChild(node, ownKeys, childKeys, ResultStructures.SourceOf(relation), !field.IsList);
    }

    /// <summary>A query for records by keys, left out at run time when there are none.</summary>
    /// <param name="nothing">What it yields then; null for no records.</param>
    public static PlanNode Query(KeysExpression keys, CompileContext context, Func<Expression, PlanNode> compile, PlanValue? nothing = null)
    {
        var slot = context.NewSlot("keys");
        return new RelatedQueryNode(keys, slot.Slot, compile(new SlotExpression(slot)), nothing);
    }

    private static ParentColumn[] WriteLink(SelectStatement select, SelectedRelation relation, Expression keys)
    {
        var field = relation.Field;
        if (field.Relation.JoinTable is null)
        {
            var columns = RelationColumns.Related(field);
            select.Select(columns);
            select.WhereIn(columns, keys);
            return [.. columns.Select(f => new ParentColumn(select.Alias, f.DatabaseName, f.DatabaseName))];
        }

        var links = RelationColumns.JoinLinks(select.From, field);
        var parentColumn = RelationColumns.JoinColumn(field);
        select.Select(ParentKey, sql => sql.Name(links).Text(".").Name(parentColumn));
        SelectStatement.WriteIn(select.Where(), [(links, parentColumn)], keys);
        return [new ParentColumn(links, parentColumn, ParentKey)];
    }
}

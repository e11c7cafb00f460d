using Dormouse.Migrations.Columns;
using Dormouse.Schema.Models;

namespace Dormouse.Migrations.Statements;

/// <summary>A table to be made: that of a model, or the join table of an implicit many-to-many relation.</summary>
internal sealed record Table(
    string? Schema,
    string Name,
    IReadOnlyList<Column> Columns,
    TableKey? PrimaryKey,
    IReadOnlyList<TableIndex> Indexes
)
{
    /// <summary>Models in the order of the text, then join tables in that of the relations. Models that clients ignore have tables too.</summary>
    public static IEnumerable<Table> AllOf(PrismaSchema schema) =>
        schema
            .Models.Where(model => !model.IsView)
            .Select(Of)
            .Concat(schema.Relations.Select(relation => relation.JoinTable).OfType<JoinTable>().Select(Of));

    private static Table Of(Model model) =>
        new(
            model.Schema,
            model.DatabaseName,
            [
                .. model.ScalarFields.Select(field => new Column(
                    field.DatabaseName,
                    ColumnTypes.Of(field),
                    field.IsRequired,
                    ColumnDefaults.Of(field)
                )),
            ],
            model.PrimaryKey is { } key ? new TableKey(key.DatabaseName, [.. key.Fields.Select(item => item.Field.DatabaseName)]) : null,
            [.. model.Indexes.Select(TableIndex.Of)]
        );

    private static Table Of(JoinTable join)
    {
        Relation relation = join.Relation;
        return new Table(
            join.Schema,
            join.Name,
            [Side(JoinTable.ColumnA, relation.SideA.Model), Side(JoinTable.ColumnB, relation.SideB.Model)],
            new TableKey(join.PrimaryKeyName, [JoinTable.ColumnA, JoinTable.ColumnB]),
            [new TableIndex(join.IndexName, false, null, [new IndexedColumn(JoinTable.ColumnB, null, null)])]
        );
    }

    private static Column Side(string name, Model model) =>
        new(name, ColumnTypes.OfReferenceTo(model.PrimaryKey!.Fields[0].Field), IsRequired: true, Default: null);
}

internal sealed record Column(string Name, string Type, bool IsRequired, string? Default);

internal sealed record TableKey(string Name, IReadOnlyList<string> Columns);

/// <summary>An index; unique constraints are unique indexes.</summary>
internal sealed record TableIndex(string Name, bool IsUnique, IndexAlgorithm? Algorithm, IReadOnlyList<IndexedColumn> Columns)
{
    public static TableIndex Of(ModelIndex index) =>
        new(
            index.DatabaseName,
            index.Kind == IndexKind.Unique,
            index.Algorithm,
            [.. index.Fields.Select(item => new IndexedColumn(item.Field.DatabaseName, item.OperatorClass, item.Sort))]
        );
}

internal sealed record IndexedColumn(string Name, OperatorClass? OperatorClass, SortOrder? Sort);

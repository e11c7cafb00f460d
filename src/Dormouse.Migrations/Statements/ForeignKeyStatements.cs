using Dormouse.Schema.Models;

namespace Dormouse.Migrations.Statements;

/// <summary>
/// The foreign keys, added when all tables and indexes are there: they may form circles, and refer to unique indexes. There are none
/// where the query engine watches over relations, nor with views.
/// </summary>
internal static class ForeignKeyStatements
{
    public static IEnumerable<string> Create(PrismaSchema schema)
    {
        if (schema.RelationMode != RelationMode.ForeignKeys)
        {
            return [];
        }
        Relation[] relations = [.. schema.Relations.Where(relation => !relation.SideA.Model.IsView && !relation.SideB.Model.IsView)];
        return relations
            .Where(relation => relation.JoinTable is null)
            .Select(OfModel)
            .Concat(relations.Select(relation => relation.JoinTable).OfType<JoinTable>().SelectMany(OfJoinTable));
    }

    private static string OfModel(Relation relation) =>
        Add(
            SqlText.Name(relation.SideA.Model),
            relation.ForeignKeyName!,
            relation.SideA.Fields.Select(field => field.DatabaseName),
            relation.SideB.Model,
            relation.SideA.References,
            relation.OnDelete,
            relation.OnUpdate
        );

    private static string[] OfJoinTable(JoinTable join) =>
        [
            OfSide(join, join.ForeignKeyNameA, JoinTable.ColumnA, join.Relation.SideA.Model),
            OfSide(join, join.ForeignKeyNameB, JoinTable.ColumnB, join.Relation.SideB.Model),
        ];

    private static string OfSide(JoinTable join, string name, string column, Model model) =>
        Add(
            SqlText.Name(join.Schema, join.Name),
            name,
            [column],
            model,
            [model.PrimaryKey!.Fields[0].Field],
            ReferentialAction.Cascade,
            ReferentialAction.Cascade
        );

    private static string Add(
        string table,
        string name,
        IEnumerable<string> columns,
        Model target,
        IEnumerable<ScalarField> references,
        ReferentialAction onDelete,
        ReferentialAction onUpdate
    ) =>
        $"ALTER TABLE {table} ADD CONSTRAINT {SqlText.Name(name)} FOREIGN KEY ({SqlText.Names(columns)}) "
        + $"REFERENCES {SqlText.Name(target)}({SqlText.Names(references.Select(field => field.DatabaseName))}) "
        + $"ON DELETE {Action(onDelete)} ON UPDATE {Action(onUpdate)}";

    private static string Action(ReferentialAction action) =>
        action switch
        {
            ReferentialAction.Cascade => "CASCADE",
            ReferentialAction.Restrict => "RESTRICT",
            ReferentialAction.NoAction => "NO ACTION",
            ReferentialAction.SetNull => "SET NULL",
            ReferentialAction.SetDefault => "SET DEFAULT",
            _ => throw new InvalidOperationException($"Unknown referential action {action}."),
        };
}

using Dormouse.Migrations.Statements;
using Dormouse.Schema.Models;

namespace Dormouse.Migrations;

/// <summary>
/// The SQL that creates everything a schema describes in an empty database: the statements of Prisma's own migrations, in their order.
/// 1. database schemas; 2. extensions; 3. enums; 4. tables, join tables last; 5. indexes; 6. foreign keys. Views are the author's to
/// make. Names without a database schema are meant to be found in <see cref="DatabaseSchemas.Default"/>: run the statements with that
/// alone in <c>search_path</c>.
/// </summary>
public static class SchemaScript
{
    /// <summary>One statement each, without a semicolon at its end.</summary>
    public static IReadOnlyList<string> Create(PrismaSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Table[] tables = [.. Table.AllOf(schema)];
        return
        [
            .. DatabaseSchemas.Created(schema).Select(name => $"CREATE SCHEMA IF NOT EXISTS {SqlText.Name(name)}"),
            .. ExtensionStatements.Create(schema),
            .. schema.Enums.Select(EnumStatements.Create),
            .. tables.Select(TableStatements.Create),
            .. tables.SelectMany(table => table.Indexes.Select(index => IndexStatements.Create(table, index))),
            .. ForeignKeyStatements.Create(schema),
        ];
    }
}

namespace Dormouse.Migrations.Statements;

/// <summary><c>CREATE TABLE</c>, with the primary key.</summary>
internal static class TableStatements
{
    public static string Create(Table table)
    {
        string columns = string.Join(",\n", table.Columns.Select(Column));
        string key = table.PrimaryKey is { } primary
            ? $",\n\n    CONSTRAINT {SqlText.Name(primary.Name)} PRIMARY KEY ({string.Join(',', primary.Columns.Select(SqlText.Name))})"
            : "";
        return $"CREATE TABLE {SqlText.Name(table.Schema, table.Name)} (\n{columns}{key}\n)";
    }

    private static string Column(Column column)
    {
        string nullability = column.IsRequired ? " NOT NULL" : "";
        string value = column.Default is { } expression ? $" DEFAULT {expression}" : "";
        return $"    {SqlText.Name(column.Name)} {column.Type}{nullability}{value}";
    }
}

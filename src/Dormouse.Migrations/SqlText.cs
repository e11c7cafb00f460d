using Dormouse.Schema.Models;

namespace Dormouse.Migrations;

/// <summary>
/// Names and literals in SQL. Quotation marks within them are doubled, everywhere; Prisma's own migrations forget that in names and in
/// the values of enums.
/// </summary>
internal static class SqlText
{
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A table or a type. The default schema is left out, as <c>search_path</c> leads there.</summary>
    public static string Name(string? schema, string name) =>
        schema is null or DatabaseSchemas.Default ? Name(name) : $"{Name(schema)}.{Name(name)}";

    public static string Name(EnumType type) => Name(type.Schema, type.DatabaseName);

    public static string Name(Model model) => Name(model.Schema, model.DatabaseName);

    public static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Name));

    /// <summary>A string, with <c>standard_conforming_strings</c> on, which is PostgreSQL's default.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}

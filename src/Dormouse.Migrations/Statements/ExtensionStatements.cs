using Dormouse.Schema.Models;

namespace Dormouse.Migrations.Statements;

/// <summary><c>CREATE EXTENSION</c> for those of the datasource, by their names in the schema.</summary>
internal static class ExtensionStatements
{
    public static IEnumerable<string> Create(PrismaSchema schema) =>
        (schema.Datasource?.Extensions ?? []).OrderBy(extension => extension.Name, StringComparer.Ordinal).Select(Create);

    private static string Create(PostgresExtension extension)
    {
        string options = extension is { Schema: null, Version: null } ? "" : " WITH";
        string schema = extension.Schema is { } name ? $" SCHEMA {SqlText.Name(name)}" : "";
        string version = extension.Version is { } number ? $" VERSION {SqlText.Name(number)}" : "";
        return $"CREATE EXTENSION IF NOT EXISTS {SqlText.Name(extension.DatabaseName)}{options}{schema}{version}";
    }
}

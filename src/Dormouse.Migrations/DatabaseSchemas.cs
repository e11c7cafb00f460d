using Dormouse.Schema.Models;

namespace Dormouse.Migrations;

/// <summary>The database schemas in which a Prisma schema puts its things.</summary>
public static class DatabaseSchemas
{
    /// <summary>Where models and enums without <c>@@schema</c> lie.</summary>
    public const string Default = "public";

    /// <summary>Those that the schema speaks for: the ones of its datasource, else <see cref="Default"/>; sorted.</summary>
    public static IReadOnlyList<string> Of(PrismaSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return schema.Datasource is { Schemas.Count: > 0 } datasource ? datasource.Schemas : [Default];
    }

    /// <summary>Those that hold a table or an enum, sorted; a schema that only views use is not made.</summary>
    internal static IEnumerable<string> Created(PrismaSchema schema) =>
        schema
            .Models.Where(model => !model.IsView)
            .Select(model => model.Schema)
            .Concat(schema.Enums.Select(type => type.Schema))
            .Select(name => name ?? Default)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
}

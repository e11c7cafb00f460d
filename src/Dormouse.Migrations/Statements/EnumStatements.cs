using Dormouse.Schema.Models;

namespace Dormouse.Migrations.Statements;

/// <summary><c>CREATE TYPE</c> of an enum.</summary>
internal static class EnumStatements
{
    public static string Create(EnumType type) =>
        $"CREATE TYPE {SqlText.Name(type)} AS ENUM ({string.Join(", ", type.Values.Select(value => SqlText.Literal(value.DatabaseName)))})";
}

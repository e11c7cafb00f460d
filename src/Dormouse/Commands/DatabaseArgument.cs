using System.CommandLine;

namespace Dormouse.Commands;

/// <summary>The argument by which commands name a database.</summary>
internal static class DatabaseArgument
{
    public static Argument<string> Create() => new("DATABASE") { Description = "A database's id (db_…) or name." };
}

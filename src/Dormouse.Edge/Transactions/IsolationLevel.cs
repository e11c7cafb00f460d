using System.Text.Json;
using Dormouse.Query.Failures;

namespace Dormouse.Edge.Transactions;

/// <summary>An isolation level of PostgreSQL, as SQL. Constant texts only: nothing of the client's gets into a statement.</summary>
internal sealed record IsolationLevel(string BeginSql, string? SetSql)
{
    /// <summary>What the server begins transactions with when it is told nothing.</summary>
    public static readonly IsolationLevel Default = new("BEGIN", null);

    private static readonly IsolationLevel ReadUncommitted = Of("READ UNCOMMITTED");
    private static readonly IsolationLevel ReadCommitted = Of("READ COMMITTED");
    private static readonly IsolationLevel RepeatableRead = Of("REPEATABLE READ");
    private static readonly IsolationLevel Serializable = Of("SERIALIZABLE");

    /// <summary>The level of a name as either protocol writes it, or null where PostgreSQL has none.</summary>
    public static IsolationLevel? Find(string? name) =>
        name?.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant() switch
        {
            null => Default,
            "READUNCOMMITTED" => ReadUncommitted,
            "READCOMMITTED" => ReadCommitted,
            "REPEATABLEREAD" => RepeatableRead,
            "SERIALIZABLE" => Serializable,
            _ => null,
        };

    /// <summary>What the engine of clients 5 and 6 says of a level that it does not know.</summary>
    public static PlanException Unknown(string name)
    {
        string message = $"Conversion failed: Invalid isolation level `{name}`";
        using var meta = new MemoryStream();
        using (var writer = new Utf8JsonWriter(meta))
        {
            writer.WriteStartObject();
            writer.WriteString("message"u8, message);
            writer.WriteEndObject();
        }
        return new PlanException("P2023", "Inconsistent column data: " + message, meta.ToArray());
    }

    private static IsolationLevel Of(string sql) => new("BEGIN ISOLATION LEVEL " + sql, "SET TRANSACTION ISOLATION LEVEL " + sql);
}

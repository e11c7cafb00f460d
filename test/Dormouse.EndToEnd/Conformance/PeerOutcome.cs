using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dormouse.EndToEnd.Conformance;

/// <summary>What the client gets from the peer, without the defects of the peer that Dormouse does not copy.</summary>
internal static partial class PeerOutcome
{
    /// <summary>The outcome of an operation, in place.</summary>
    public static void Settle(JsonObject outcome)
    {
        if (outcome["error"] is not JsonObject error)
        {
            return;
        }
        string message = error["message"]!.ToString();
        // PostgreSQL 18 has a code of its own, 23001, for what a RESTRICT key forbids. The engine of 6.19 does not know it; users expect
        // P2003 as before.
        if (Restricted().Match(message) is { Success: true } restricted)
        {
            string constraint = restricted.Groups["constraint"].Value;
            error["name"] = "PrismaClientKnownRequestError";
            error["code"] = "P2003";
            error["meta"] = new JsonObject { ["modelName"] = ModelOf(restricted.Groups["model"].Value), ["constraint"] = constraint };
            string known = $"Foreign key constraint violated on the constraint: `{constraint}`";
            error["message"] = restricted.Groups["call"].Value + known;
        }
        // The adapter reads the columns of a unique violation from a text in which PostgreSQL quotes some of them.
        if (error["code"]?.ToString() == "P2002" && error["meta"]?["target"] is JsonArray target)
        {
            error["meta"]!["target"] = new JsonArray([.. target.Select(column => (JsonNode?)column?.ToString().Trim('"'))]);
            error["message"] = message.Replace("\"", "", StringComparison.Ordinal);
        }
    }

    private static string ModelOf(string variable) => char.ToUpperInvariant(variable[0]) + variable[1..];

    [GeneratedRegex(
        """^(?<call>\nInvalid `prisma\.(?<model>\w+)\.\w+\(\)` invocation:\n+)(?:Error in batch request \d+: )?Error occurred.*code: "23001".*RESTRICT setting of foreign key constraint \\"(?<constraint>.+?)\\" on table""",
        RegexOptions.Singleline
    )]
    private static partial Regex Restricted();
}

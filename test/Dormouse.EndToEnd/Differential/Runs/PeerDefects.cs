using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>
/// What the peer answers otherwise than Prisma's native engine or its users expect, and Dormouse does not copy: the answers of both
/// sides are brought to one form before they are compared.
/// </summary>
internal static partial class PeerDefects
{
    /// <summary>An answer, in place.</summary>
    public static void Settle(JsonNode answer, SchemaBlueprint schema)
    {
        if (schema.Has("relationJoins"))
        {
            SettleJoined(answer);
        }
        foreach (JsonObject error in ErrorsOf(answer).OfType<JsonObject>().ToArray())
        {
            SettleError(error, schema);
        }
    }

    /// <summary>Whether an answer says that the peer broke down, which no side has to repeat.</summary>
    public static bool IsBreakdown(JsonNode? answer)
    {
        if (answer is JsonObject body && body.ContainsKey("peer"))
        {
            return true;
        }
        return ErrorsOf(answer).Any(error => IsBreakdown(error?["user_facing_error"] as JsonObject));
    }

    /// <summary>
    /// Whether a commit was answered with the news that PostgreSQL had rolled back, since a statement had failed before. The peer calls
    /// that a success, and Dormouse does not: the writes are not there.
    /// </summary>
    public static bool IsLostCommit(JsonNode? answer) =>
        answer?["body"] is JsonObject body
        && body["message"]?.ToString().Contains("PostgreSQL rolled it back", StringComparison.Ordinal) == true;

    /// <summary>What the peer answers to a commit.</summary>
    public static JsonNode Committed() => new JsonObject { ["status"] = 200, ["body"] = new JsonObject() };

    /// <summary>
    /// Whether an upsert behind this field cannot be filtered on the peer: where the record that holds the key is the one that is updated,
    /// the peer puts the filter on the related record upon that record's table. The statement breaks where they are of two models, and
    /// where they are of one it makes a record that stays unrelated. Nothing of that kind is asked.
    /// </summary>
    public static bool MisplacesFilterOfUpsert(RelationEnd end) => end.HoldsKey;

    /// <summary>
    /// Takes the first records where the last of distinct ones are asked for: with `relationJoins`, and where only one record is to be
    /// found, the peer forgets to read from the end.
    /// </summary>
    public static void AvoidTheEndOfDistinct(JsonObject arguments)
    {
        if (arguments.ContainsKey("distinct") && arguments["take"]?.GetValue<int>() is < 0 and var last)
        {
            arguments["take"] = -last;
        }
    }

    /// <summary>
    /// Whether a step asks for records that are distinct in no field at all: to the peer all records are then the same, and it gives one.
    /// Or whether it merges look-ups with a key of two kinds. Null: the peer refuses such a look-up alone and answers it among others; what
    /// an app merges is a matter of its timing, so Dormouse refuses it wherever it stands. And char(n), which the database fills up with
    /// blanks: the peer looks for the key as it was sent among the records that were found by it, and finds none.
    /// </summary>
    public static bool IsMisread(Step step, SchemaBlueprint schema) =>
        step.Json.ToJsonString().Contains("\"distinct\":[]", StringComparison.Ordinal)
        || step.Bodies.Any(body => MergesMisreadKey(body, schema));

    private static bool MergesMisreadKey(JsonNode body, SchemaBlueprint schema)
    {
        return body["batch"] is JsonArray batch
            && batch.Any(operation =>
                operation?["action"]?.ToString() is "findUnique" or "findUniqueOrThrow"
                && operation["query"]?["arguments"]?["where"] is JsonObject where
                && where.Any(key => key.Value is null || IsPadded(operation["modelName"]?.ToString(), key.Key))
            );

        bool IsPadded(string? model, string field) =>
            schema.Models.Any(known =>
                known.Name == model && known.Fields.Any(column => column.Name == field && column.NativeName == "Char")
            );
    }

    private static bool IsBreakdown(JsonObject? told) =>
        told?["error_code"]?.ToString() switch
        {
            // SQL of its own making that PostgreSQL does not understand: `updateManyAndReturn` without changes gives `SET WHERE`, an
            // operator stands before a type that has none. What users wrote as SQL themselves comes as P2010.
            null => SyntaxError().IsMatch(told?["message"]?.ToString() ?? ""),
            "P2021" or "P2022" => true,
            // Types that the driver adapter cannot read and the native engine can, such as lists of timetz.
            // Nor has it a place for a sum that leaves the type of what was summed.
            "P2023" => told["message"]!.ToString() is { } message
                && (
                    message.Contains("could not be deserialized", StringComparison.Ordinal)
                    || message.Contains("Could not convert from `BigDecimal", StringComparison.Ordinal)
                ),
            _ => false,
        };

    // Those of an answer, or of the answers in it.
    private static IEnumerable<JsonNode?> ErrorsOf(JsonNode? answer) =>
        (answer as JsonObject)?["batchResult"] is JsonArray batch ? batch.SelectMany(ErrorsOf)
        : (answer as JsonObject)?["errors"] is JsonArray list ? list.AsEnumerable()
        : [];

    private static void SettleError(JsonObject error, SchemaBlueprint schema)
    {
        if (error["user_facing_error"] is not JsonObject told)
        {
            return;
        }
        // PostgreSQL 18 has a code of its own, 23001, for what a RESTRICT key forbids. The engine of 6.19 does not know it; users expect
        // P2003 as before.
        string text = error["error"]?.ToString() ?? "";
        if (text.Contains("code: \"23001\"", StringComparison.Ordinal) && ConstraintName().Match(text) is { Success: true } match)
        {
            string constraint = match.Groups[1].Value.Replace("\\\"", "", StringComparison.Ordinal);
            told["error_code"] = "P2003";
            told["message"] = $"Foreign key constraint violated on the constraint: `{constraint}`";
            told["meta"] = new JsonObject { ["constraint"] = constraint };
        }
        // The adapter reads the columns of a unique violation from a text in which PostgreSQL quotes some of them.
        if (told["error_code"]?.ToString() == "P2002")
        {
            if (told["meta"]?["target"] is JsonArray target)
            {
                told["meta"]!["target"] = new JsonArray([.. target.Select(column => (JsonNode?)column?.ToString().Trim('"'))]);
            }
            told["message"] = told["message"]?.ToString().Replace("\"", "", StringComparison.Ordinal);
        }
        // The adapter looks for the column of a null violation in a text in which PostgreSQL does not name it; the native engine names it.
        if (told["error_code"]?.ToString() == "P2011")
        {
            told["message"] = "";
            told["meta"] = null;
        }
        if (told["error_code"]?.ToString() == "P2019")
        {
            SettleEnumNames(told, schema);
        }
        // What users wrote as SQL and a unique key refused: the native engine tells PostgreSQL's detail, the adapter its message.
        if (told["error_code"]?.ToString() == "P2010" && told["meta"]?["code"]?.ToString() == "23505")
        {
            told["message"] = "";
            told["meta"]!["message"] = "";
        }
        SettleRequiredFields(told, told["meta"]);
        // Present with the wasm engine alone, and always null.
        told.Remove("backtrace");
        // The text beside a known error is an engine's own words for it, which no client shows.
        if (told["error_code"] is not null)
        {
            error["error"] = "";
        }
    }

    // A debugging text stands where an enum's name should: its number among the blocks of the schema, behind generator and datasource.
    private static void SettleEnumNames(JsonObject told, SchemaBlueprint schema)
    {
        const int blocksBefore = 2;
        string Named(string text) =>
            DebuggedEnum()
                .Replace(text, match => schema.Enums[int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) - blocksBefore].Name);
        told["message"] = Named(told["message"]!.ToString());
        if (told["meta"]?["details"] is { } details)
        {
            told["meta"]!["details"] = Named(details.ToString());
        }
    }

    // They come in the order of a hash table.
    private static void SettleRequiredFields(JsonObject told, JsonNode? within)
    {
        if (within is JsonArray items)
        {
            foreach (JsonNode? item in items)
            {
                SettleRequiredFields(told, item);
            }
        }
        if (within is not JsonObject members)
        {
            return;
        }
        if (members["requiredFields"] is JsonArray required)
        {
            string[] names = [.. required.Select(name => name!.ToString())];
            string[] ordered = [.. names.Order(StringComparer.Ordinal)];
            members["requiredFields"] = new JsonArray([.. ordered.Select(name => (JsonNode)name)]);
            string message = told["message"]?.ToString() ?? "";
            told["message"] = message.Replace(string.Join(", ", names), string.Join(", ", ordered), StringComparison.Ordinal);
        }
        foreach ((string _, JsonNode? value) in members.ToArray())
        {
            SettleRequiredFields(told, value);
        }
    }

    // Where it joins relations in the database it reads the records inside from JSON: it cannot tell NULL from JSON's null, of which
    // clients show the same null, and a decimal number has no more digits than a double.
    private static void SettleJoined(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members when members["$type"]?.ToString() == "Decimal":
                double rounded = double.Parse(members["value"]!.ToString(), CultureInfo.InvariantCulture);
                members["value"] = rounded.ToString("R", CultureInfo.InvariantCulture);
                break;
            case JsonObject members:
                foreach ((string name, JsonNode? value) in members.ToArray())
                {
                    if (value is JsonObject tagged && tagged["$type"]?.ToString() == "Json" && tagged["value"]?.ToString() == "null")
                    {
                        members[name] = null;
                    }
                    SettleJoined(value);
                }
                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                {
                    SettleJoined(item);
                }
                break;
        }
    }

    [GeneratedRegex(@"Enum\(\(FileId\(0\), EnumId\((\d+)\)\)\)")]
    private static partial Regex DebuggedEnum();

    [GeneratedRegex("PostgresError \\{ code: \"42")]
    private static partial Regex SyntaxError();

    [GeneratedRegex("""RESTRICT setting of foreign key constraint \\"(.+?)\\" on table""")]
    private static partial Regex ConstraintName();
}

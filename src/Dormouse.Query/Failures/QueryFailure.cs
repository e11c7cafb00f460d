using System.Buffers;
using System.Text.Json;
using Dormouse.Query.Json;

namespace Dormouse.Query.Failures;

/// <summary>Failures of protocol A that belong to a query as such, in the words of Prisma's engine.</summary>
internal static class QueryFailure
{
    /// <summary>Arguments that fit their types and yet cannot go together.</summary>
    public static PlanException Input(string details) => new("P2019", $"Input error. {details}", Meta(("details", details)));

    /// <summary>What the engine calls an assertion; it has no code.</summary>
    public static PlanException Assertion(string text) =>
        PlanFailure.Plain($"Error in query graph construction: AssertionError(\"{text}\")");

    /// <summary>A record that must be there is not.</summary>
    public static PlanException RecordNotFound(string cause) =>
        new(
            "P2025",
            $"An operation failed because it depends on one or more records that were required but not found. {cause}",
            Meta(("cause", cause))
        );

    /// <summary>The database holds NULL where the schema says that there is a value.</summary>
    public static PlanException NullFound(string field, string type) =>
        new(
            "P2032",
            $"Error converting field \"{field}\" of expected non-nullable type \"{type}\", found incompatible value of \"null\".",
            Meta(("field", field), ("expected_type", type), ("found", "null"))
        );

    /// <summary>The database holds something else than the schema says.</summary>
    public static PlanException InconsistentColumn(string message) =>
        new("P2023", $"Inconsistent column data: {message}", Meta(("message", message)));

    /// <summary>A record that the schema requires is not there: nothing in the database watches over the relation.</summary>
    public static PlanException RequiredRecordMissing(string field) =>
        PlanFailure.Plain($"Inconsistent query result: Field {field} is required to return data, got `null` instead.");

    private static ReadOnlyMemory<byte> Meta(params ReadOnlySpan<(string Name, string Text)> parts)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var (name, text) in parts)
            {
                writer.WriteString(name, text);
            }

            writer.WriteEndObject();
        }

        return json.WrittenMemory;
    }
}

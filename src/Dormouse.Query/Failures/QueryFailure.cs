using System.Buffers;
using System.Text.Json;
using Dormouse.Query.Json;

namespace Dormouse.Query.Failures;

/// <summary>Failures of protocol A that belong to a query as such, in the words of Prisma's engine.</summary>
internal static class QueryFailure
{
    /// <summary>Arguments that fit their types and yet cannot go together.</summary>
    public static PlanException Input(string details) => new("P2019", $"Input error. {details}", Meta("details", details));

    /// <summary>What the engine calls an assertion; it has no code.</summary>
    public static PlanException Assertion(string text) =>
        PlanFailure.Plain($"Error in query graph construction: AssertionError(\"{text}\")");

    /// <summary>A record that must be there is not.</summary>
    public static PlanException RecordNotFound(string cause) =>
        new(
            "P2025",
            $"An operation failed because it depends on one or more records that were required but not found. {cause}",
            Meta("cause", cause)
        );

    private static ReadOnlyMemory<byte> Meta(string name, string text)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString(name, text);
            writer.WriteEndObject();
        }

        return json.WrittenMemory;
    }
}

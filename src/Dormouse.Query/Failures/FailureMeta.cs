using System.Buffers;
using System.Text.Json;
using Dormouse.Query.Json;

namespace Dormouse.Query.Failures;

/// <summary>The "meta" objects of errors of protocol A.</summary>
internal static class FailureMeta
{
    public static ReadOnlyMemory<byte> Of(params ReadOnlySpan<(string Name, string Value)> members)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in members)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <summary>A constraint by its columns (a list), its name (a string) or unknown (null).</summary>
    public static ReadOnlyMemory<byte> OfConstraint(string member, IReadOnlyList<string>? fields, string? name)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            if (fields is null)
            {
                writer.WriteString(member, name);
            }
            else
            {
                writer.WriteStartArray(member);
                foreach (var field in fields)
                {
                    writer.WriteStringValue(field);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }
}

using System.Buffers;
using System.Text.Json;
using Dormouse.Query.Json;

namespace Dormouse.Query.Failures;

/// <summary>
/// A failure that the client of protocol B is told: <c>{"code","error","meta"}</c> with a code of Prisma (400), or <c>{"error"}</c> alone (500)
/// where the reference executor has no code either.
/// </summary>
public sealed class PlanException(string? code, string message, ReadOnlyMemory<byte> metaUtf8 = default, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>Prisma's code such as P2025, or null.</summary>
    public string? Code { get; } = code;

    /// <summary>The JSON object under "meta"; empty when there is none.</summary>
    public ReadOnlyMemory<byte> MetaUtf8 { get; } = metaUtf8;

    public int HttpStatus => Code is null ? 500 : 400;

    /// <summary>Writes the members of the error body (without the braces, so that the edge can add its own): code, error, meta.</summary>
    public void WriteMembers(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (Code is not null)
        {
            writer.WriteString("code"u8, Code);
        }

        writer.WriteString("error"u8, Message);
        if (!MetaUtf8.IsEmpty)
        {
            writer.WritePropertyName("meta"u8);
            writer.WriteRawValue(MetaUtf8.Span, skipInputValidation: true);
        }
        else if (Code is not null)
        {
            writer.WriteStartObject("meta"u8);
            writer.WriteEndObject();
        }
    }

    /// <summary>Writes the whole error body.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        WriteMembers(writer);
        writer.WriteEndObject();
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dormouse.Query.Json;

internal static class JsonText
{
    /// <summary>The answers are application/json, never HTML: only what JSON demands is escaped.</summary>
    public static JsonWriterOptions WriterOptions { get; } =
        new()
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true,
            MaxDepth = 4096,
        };
}

using Dormouse.Contracts;

namespace Dormouse.Telemetry;

/// <summary>The headers that a collector wants to see. They hold keys: values appear in no message.</summary>
internal static class OtlpHeaders
{
    /// <summary>OpenTelemetry's own variable: <c>name=value,name=value</c>, percent-encoded.</summary>
    public const string Variable = "OTEL_EXPORTER_OTLP_HEADERS";

    /// <summary>Nobody has more; what is larger is another file.</summary>
    private const int MaxBytes = 64 * 1024;

    public static IReadOnlyList<KeyValuePair<string, string>> OfEnvironment() =>
        [
            .. (Environment.GetEnvironmentVariable(Variable) ?? "")
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select((pair, index) => Read(Uri.UnescapeDataString(pair), '=', $"{Variable}, header {index + 1}")),
        ];

    /// <summary>A header on each line, as HTTP writes them; empty lines and those that begin with <c>#</c> say nothing.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> OfFile(string file)
    {
        try
        {
            if (new FileInfo(file).Length > MaxBytes)
            {
                throw Wrong($"'{file}' has more than {MaxBytes} bytes: it is no file of headers.", null);
            }
            return
            [
                .. File.ReadAllLines(file)
                    .Select((line, index) => (Text: line.Trim(), Place: $"'{file}', line {index + 1}"))
                    .Where(line => line.Text.Length > 0 && line.Text[0] != '#')
                    .Select(line => Read(line.Text, ':', line.Place)),
            ];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"The file of --otlp-headers cannot be read: {failure.Message}", failure);
        }
    }

    private static KeyValuePair<string, string> Read(string text, char separator, string place)
    {
        int end = text.IndexOf(separator, StringComparison.Ordinal);
        string name = end < 0 ? "" : text[..end].Trim();
        string value = text[(end + 1)..].Trim();
        using var probe = new HttpRequestMessage();
        return name.Length > 0 && !value.Any(char.IsControl) && probe.Headers.TryAddWithoutValidation(name, value)
            ? new(name, value)
            : throw Wrong($"{place} is no header: a name, '{separator}' and a value.", null);
    }

    private static DormouseException Wrong(string message, Exception? cause) => new(FailureKind.Caller, "DM1021", message, cause);
}

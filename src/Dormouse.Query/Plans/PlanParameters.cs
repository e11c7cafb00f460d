using System.Text;
using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Json;
using Dormouse.Query.Values;

namespace Dormouse.Query.Plans;

/// <summary>What belongs to one request beside the plan: the values of its placeholders and the comment for its SQL.</summary>
public sealed class PlanParameters
{
    private readonly Dictionary<string, PlanValue>? values;

    private PlanParameters(Dictionary<string, PlanValue>? values, string? sqlComment)
    {
        this.values = values;
        SqlComment = sqlComment;
    }

    public static PlanParameters None { get; } = new(null, null);

    /// <summary>A comment such as <c>/*app='web'*/</c> that every statement gets behind it, or null.</summary>
    internal string? SqlComment { get; }

    /// <summary>Parses <c>params</c> and, where the request has them, <c>comments</c> (both JSON objects; empty spans for absent ones).</summary>
    /// <exception cref="PlanException">The JSON is malformed or nested too deeply.</exception>
    public static PlanParameters Parse(ReadOnlySpan<byte> paramsJson, ReadOnlySpan<byte> commentsJson, QueryLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        try
        {
            return new PlanParameters(ParseValues(paramsJson, limits), commentsJson.IsEmpty ? null : FormatComment(commentsJson, limits));
        }
        catch (JsonException e)
        {
            throw PlanFailure.Malformed("the parameters are no valid JSON, or nested too deeply.", e);
        }
    }

    internal PlanValue? Find(string name) => values is not null && values.TryGetValue(name, out var value) ? value : null;

    private static Dictionary<string, PlanValue>? ParseValues(ReadOnlySpan<byte> json, QueryLimits limits)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        using var document = ParseDocument(json, limits);
        var found = new Dictionary<string, PlanValue>();
        foreach (var property in document.RootElement.Properties())
        {
            found[JsonValues.NameOf(property)] = JsonValues.FromElement(property.Value);
        }

        return found;
    }

    /// <summary>Keys sorted, both sides percent-encoded: nothing can end the comment early.</summary>
    private static string? FormatComment(ReadOnlySpan<byte> json, QueryLimits limits)
    {
        using var document = ParseDocument(json, limits);
        if (document.RootElement.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var tags = new SortedDictionary<string, string>(StringComparer.InvariantCulture);
        foreach (var property in document.RootElement.Properties())
        {
            if (property.Value.ValueKind == JsonValueKind.String)
            {
                tags[JsonValues.NameOf(property)] = JsonValues.TextOf(property.Value);
            }
        }

        if (tags.Count == 0)
        {
            return null;
        }

        var comment = new StringBuilder("/*");
        foreach (var (key, value) in tags)
        {
            comment.Append(comment.Length > 2 ? "," : string.Empty);
            comment.Append(Encode(key)).Append("='").Append(Encode(value).Replace("'", "\\'", StringComparison.Ordinal)).Append('\'');
        }

        return comment.Append("*/").ToString();
    }

    /// <summary>encodeURIComponent: it encodes every slash, so the end of a comment cannot appear inside.</summary>
    private static string Encode(string text) =>
        Uri.EscapeDataString(text)
            .Replace("%21", "!", StringComparison.Ordinal)
            .Replace("%27", "'", StringComparison.Ordinal)
            .Replace("%2A", "*", StringComparison.Ordinal)
            .Replace("%28", "(", StringComparison.Ordinal)
            .Replace("%29", ")", StringComparison.Ordinal);

    private static JsonDocument ParseDocument(ReadOnlySpan<byte> json, QueryLimits limits)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.MaxPlanDepth });
        return JsonDocument.ParseValue(ref reader);
    }
}

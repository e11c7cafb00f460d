using System.Globalization;
using System.Text.Json;
using Dormouse.Contracts;

namespace Dormouse.Edge.Caching;

/// <summary>What <c>POST /invalidate</c> asks for: <c>{"tags":["a","b"]}</c>, or <c>{"tags":"all"}</c>.</summary>
/// <param name="Tags">The tags; null for all that is cached.</param>
internal sealed record Invalidation(IReadOnlyCollection<string>? Tags)
{
    public static readonly Invalidation All = new((IReadOnlyCollection<string>?)null);

    private const string AllTags = "all";

    /// <exception cref="DormouseException"><see cref="FailureKind.Caller"/></exception>
    public static Invalidation Parse(ReadOnlySpan<byte> json, CacheOptions options)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
            {
                throw Malformed();
            }
            return Of(document.RootElement, options);
        }
        catch (JsonException wrong)
        {
            throw EdgeFailures.Malformed($"the body is not JSON ({wrong.Message}).", wrong);
        }
        // A string that is no text, such as half of a surrogate pair.
        catch (InvalidOperationException wrong)
        {
            throw EdgeFailures.Malformed("a tag is not valid text.", wrong);
        }
    }

    /// <exception cref="DormouseException"><see cref="FailureKind.Caller"/>: too many tags, or ones that no answer can have.</exception>
    public static Invalidation Of(IReadOnlyCollection<string> tags, CacheOptions options)
    {
        if (tags.Count > options.MaxTagsPerInvalidation)
        {
            throw EdgeFailures.Tags(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{tags.Count} tags are named, and {options.MaxTagsPerInvalidation} are the most for one call. Make several, or name \"all\"."
                )
            );
        }
        foreach (string tag in tags)
        {
            CacheTags.Check(tag, options);
        }
        // An answer's tags were trimmed when it came.
        return new Invalidation([.. tags.Select(tag => tag.Trim()).Distinct(StringComparer.Ordinal)]);
    }

    private static Invalidation Of(JsonElement root, CacheOptions options)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("tags", out JsonElement tags))
        {
            throw Malformed();
        }
        if (tags.ValueKind == JsonValueKind.String && tags.ValueEquals(AllTags))
        {
            return All;
        }
        if (tags.ValueKind != JsonValueKind.Array || tags.EnumerateArray().Any(tag => tag.ValueKind != JsonValueKind.String))
        {
            throw Malformed();
        }
        return Of([.. tags.EnumerateArray().Select(tag => tag.GetString()!)], options);
    }

    private static DormouseException Malformed() =>
        EdgeFailures.Malformed("""'tags' must be a list of strings, or "all", as in {"tags":["user_42"]} or {"tags":"all"}.""");

    public int Apply(AnswerCache cache, DatabaseId database) =>
        Tags is null ? cache.InvalidateAll(database) : cache.Invalidate(database, Tags);
}

using System.Buffers;
using System.Globalization;
using Dormouse.Contracts;

namespace Dormouse.Edge.Caching;

/// <summary>Reads and checks tags: names that an app gives to answers, to have them forgotten by that name.</summary>
internal static class CacheTags
{
    /// <summary>Forbidden besides what is no visible ASCII: clients join the tags of a request with commas.</summary>
    private const char Separator = ',';

    private static readonly SearchValues<char> Accepted = SearchValues.Create([
        .. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).Where(letter => letter != Separator),
    ]);

    /// <summary>The tags of <c>accelerate-cache-tags</c>, each once.</summary>
    /// <exception cref="DormouseException"><see cref="FailureKind.Caller"/>: too many, too long, or not writable in a header.</exception>
    public static string[] Parse(string header, CacheOptions options)
    {
        if (header.Length == 0)
        {
            return [];
        }
        string[] tags =
        [
            .. header
                .Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Distinct(StringComparer.Ordinal),
        ];
        if (tags.Length > options.MaxTags)
        {
            throw EdgeFailures.Tags(Text($"the query has {tags.Length} tags, and {options.MaxTags} are the most that it may have."));
        }
        foreach (string tag in tags)
        {
            Check(tag, options);
        }
        return tags;
    }

    /// <summary>Checks a tag that somebody wants to have forgotten.</summary>
    public static void Check(string tag, CacheOptions options)
    {
        if (tag.Length == 0)
        {
            throw EdgeFailures.Tags("a tag is empty.");
        }
        if (tag.Length > options.MaxTagLength)
        {
            throw EdgeFailures.Tags(
                Text($"a tag has {tag.Length} letters, and {options.MaxTagLength} are the most that it may have; it begins '{Shown(tag)}'.")
            );
        }
        if (tag.AsSpan().ContainsAnyExcept(Accepted))
        {
            throw EdgeFailures.Tags(
                $"the tag '{Shown(tag)}' has a comma, or a letter outside of ASCII. Tags travel in a header, with commas between them."
            );
        }
    }

    // Shown back to whoever sent it, in a message that may also be logged.
    private static string Shown(string tag) =>
        string.Concat(tag.Take(32).Select(letter => char.IsAscii(letter) && !char.IsControl(letter) ? letter : '?'));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace Dormouse.Edge.Http;

/// <summary>
/// The version in the path of a client's requests, such as <c>6.19.3</c>, and what is known of the clients of that version. A text that
/// is no version counts as the newest one: only builds that nobody released have such.
/// </summary>
internal readonly record struct ClientVersion(int Major, int Minor)
{
    private static readonly ClientVersion Newest = new(int.MaxValue, 0);

    /// <summary>Clients 4 and older send GraphQL.</summary>
    public bool SpeaksJson => Major is 0 or >= 5;

    /// <summary>6.8 was the first that speaks plain http to a host on the same machine; older ones speak https to all.</summary>
    public bool IsAlwaysEncrypted => Major > 0 && IsBefore(6, 8);

    /// <summary>6.1 was the first that takes spans in the form of client 7.</summary>
    public bool TakesOlderSpans => Major > 0 && IsBefore(6, 1);

    public static ClientVersion Parse(string? text)
    {
        ReadOnlySpan<char> rest = text;
        return TryTakeNumber(ref rest, out int major) && TryTakeNumber(ref rest, out int minor) ? new(major, minor) : Newest;
    }

    private bool IsBefore(int major, int minor) => Major < major || (Major == major && Minor < minor);

    private static bool TryTakeNumber(ref ReadOnlySpan<char> text, out int number)
    {
        int end = text.IndexOf('.');
        bool found = int.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out number);
        text = end < 0 ? default : text[(end + 1)..];
        return found;
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Dormouse.Contracts;

/// <summary>
/// A database, and the instance that serves it: <c>db_</c> and 16 characters of <c>0-9a-z</c> without <c>ilou</c> (80 random bits).
/// The text is safe as a file name.
/// </summary>
public readonly record struct DatabaseId
{
    public const string Prefix = "db_";

    /// <summary>The platform's own always-on database, which holds the control store.</summary>
    public static readonly DatabaseId System = new(Prefix + "system0000000000");

    private readonly string? text;

    private DatabaseId(string text) => this.text = text;

    public static DatabaseId New() => new(IdText.New(Prefix));

    public static bool TryParse([NotNullWhen(true)] string? text, out DatabaseId id)
    {
        bool valid = IdText.IsValid(text, Prefix);
        id = valid ? new DatabaseId(text!) : default;
        return valid;
    }

    public static DatabaseId Parse(string text) =>
        TryParse(text, out DatabaseId id) ? id : throw new FormatException($"'{text}' is not a database id; one looks like {New()}.");

    public override string ToString() => text ?? "";
}

/// <summary>A connection: a named credential of a database, <c>con_</c> and 16 characters (80 random bits).</summary>
public readonly record struct ConnectionId
{
    public const string Prefix = "con_";

    private readonly string? text;

    private ConnectionId(string text) => this.text = text;

    public static ConnectionId New() => new(IdText.New(Prefix));

    public static bool TryParse([NotNullWhen(true)] string? text, out ConnectionId id)
    {
        bool valid = IdText.IsValid(text, Prefix);
        id = valid ? new ConnectionId(text!) : default;
        return valid;
    }

    public static ConnectionId Parse(string text) =>
        TryParse(text, out ConnectionId id) ? id : throw new FormatException($"'{text}' is not a connection id; one looks like {New()}.");

    public override string ToString() => text ?? "";
}

/// <summary>An edge that may follow this platform: <c>edg_</c> and 16 characters (80 random bits).</summary>
public readonly record struct EdgeId
{
    public const string Prefix = "edg_";

    private readonly string? text;

    private EdgeId(string text) => this.text = text;

    public static EdgeId New() => new(IdText.New(Prefix));

    public static bool TryParse([NotNullWhen(true)] string? text, out EdgeId id)
    {
        bool valid = IdText.IsValid(text, Prefix);
        id = valid ? new EdgeId(text!) : default;
        return valid;
    }

    public static EdgeId Parse(string text) =>
        TryParse(text, out EdgeId id) ? id : throw new FormatException($"'{text}' is not an edge's id; one looks like {New()}.");

    public override string ToString() => text ?? "";
}

/// <summary>The common form of ids: a prefix and 16 characters of an alphabet without look-alikes.</summary>
internal static class IdText
{
    private const int Length = 16;
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string New(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet, Length);

    // The system id spells a word, so the letters that the alphabet leaves out are accepted too.
    private static readonly SearchValues<char> Accepted = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz");

    public static bool IsValid(string? text, string prefix) =>
        text is not null
        && text.Length == prefix.Length + Length
        && text.StartsWith(prefix, StringComparison.Ordinal)
        && !text.AsSpan(prefix.Length).ContainsAnyExcept(Accepted);
}

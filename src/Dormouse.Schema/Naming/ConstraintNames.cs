using System.Text;

namespace Dormouse.Schema.Naming;

/// <summary>
/// The names that constraints get where the schema gives none: those of PostgreSQL itself, so that a table made by hand needs no names
/// in its schema. They are cut at 63 bytes of UTF-8, the limit of PostgreSQL, so that the suffix stays.
/// </summary>
public static class ConstraintNames
{
    /// <summary>NAMEDATALEN - 1 of PostgreSQL.</summary>
    public const int MostBytes = 63;

    internal const string PrimaryKeySuffix = "_pkey";

    internal const string ForeignKeySuffix = "_fkey";

    public static string PrimaryKey(string table) => Cut(table, PrimaryKeySuffix);

    public static string Index(string table, IEnumerable<string> columns, bool isUnique) =>
        Cut($"{table}_{string.Join('_', columns)}", IndexSuffix(isUnique));

    public static string ForeignKey(string table, IEnumerable<string> columns) =>
        Cut($"{table}_{string.Join('_', columns)}", ForeignKeySuffix);

    internal static string IndexSuffix(bool isUnique) => isUnique ? "_key" : "_idx";

    /// <summary>Whether PostgreSQL would cut a name.</summary>
    public static bool IsTooLong(string name) => Encoding.UTF8.GetByteCount(name) > MostBytes;

    /// <summary>As much of a name as leaves room for the suffix, never half a character.</summary>
    internal static string Cut(string name, string suffix)
    {
        int room = MostBytes - suffix.Length;
        if (name.Length * 3 <= room || Encoding.UTF8.GetByteCount(name) <= room)
        {
            return name + suffix;
        }
        int bytes = 0;
        int length = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > room)
            {
                break;
            }
            length += rune.Utf16SequenceLength;
        }
        return name[..length] + suffix;
    }
}

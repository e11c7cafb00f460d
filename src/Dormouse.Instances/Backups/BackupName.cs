using System.Globalization;
using System.Text.RegularExpressions;
using Dormouse.Contracts;

namespace Dormouse.Instances.Backups;

/// <summary>
/// How backups are called: <c>db_…/1-20261126T182000123Z.dmb</c>, the database's id, the timeline and the time. Copies of a database share
/// PostgreSQL's own system identifier, so that could not tell them apart. Sorted as text, those of one timeline are in order of time.
/// </summary>
internal static partial class BackupName
{
    public const string Ending = ".dmb";

    public static string Of(DatabaseId id, int timeline, DateTimeOffset takenAt) =>
        string.Create(CultureInfo.InvariantCulture, $"{id}/{timeline}-{takenAt.UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}{Ending}");

    /// <summary>A name is joined to a folder's path, so it must be one of ours.</summary>
    public static bool IsValid(string name) => Form().IsMatch(name);

    [GeneratedRegex(@"\Adb_[0-9a-z]{16}/[0-9]{1,9}-[0-9]{8}T[0-9]{9}Z\.dmb\z")]
    private static partial Regex Form();
}

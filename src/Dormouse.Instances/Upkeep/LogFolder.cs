using System.Globalization;

namespace Dormouse.Instances.Upkeep;

/// <summary>
/// The files of an instance's log (<c>pg_wal</c>) at one moment: one look into one folder of a few files, which needs neither the server nor
/// its processes, and tells how much was written.
/// </summary>
/// <param name="Files">How many there are, of 1 MiB each.</param>
/// <param name="Newest">The number of the newest, which rises by one with each file; zero if there is none.</param>
internal readonly record struct LogFolder(int Files, long Newest)
{
    // Timeline, upper and lower half of the position: eight hexadecimal digits each.
    private const int NameLength = 24;
    private const int DigitsOfHalf = 8;

    // With segments of 1 MiB, 4 GiB of log (what the upper half counts) are 4,096 of them.
    private const long SegmentsOfUpperHalf = 4_096;

    public static LogFolder Read(string dataPath)
    {
        int files = 0;
        long newest = 0;
        foreach (string path in Directory.EnumerateFiles(Path.Combine(dataPath, "pg_wal")))
        {
            if (NumberOf(Path.GetFileName(path)) is { } number)
            {
                files++;
                newest = Math.Max(newest, number);
            }
        }
        return new LogFolder(files, newest);
    }

    private static long? NumberOf(string name) =>
        name.Length == NameLength && Half(name, 1) is { } upper && Half(name, 2) is { } lower
            ? (upper * SegmentsOfUpperHalf) + lower
            : null;

    private static long? Half(string name, int index) =>
        uint.TryParse(
            name.AsSpan(index * DigitsOfHalf, DigitsOfHalf),
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out uint value
        )
            ? value
            : null;
}

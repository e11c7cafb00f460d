using System.IO.Enumeration;

namespace Dormouse.Instances.Disk;

/// <summary>What lies in a data directory, by the lengths that the kernel tells; the log apart. Some 500 files of a small database take 2 ms.</summary>
/// <param name="DataBytes">All but the log.</param>
/// <param name="LogBytes">The log.</param>
internal readonly record struct DiskMeasure(long DataBytes, long LogBytes)
{
    private const string LogFolder = "pg_wal";

    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = true,
        AttributesToSkip = 0,
    };

    /// <summary>Files that go meanwhile count as they were, or not at all. Links are not followed.</summary>
    /// <exception cref="IOException">The directory is gone.</exception>
    public static DiskMeasure Of(string dataPath, int filesMax)
    {
        int left = filesMax;
        long data = Sum(dataPath, ref left, skip: Path.Combine(dataPath, LogFolder));
        long log = Sum(Path.Combine(dataPath, LogFolder), ref left, skip: null);
        return new DiskMeasure(data, log);
    }

    private static long Sum(string folder, ref int left, string? skip)
    {
        long sum = 0;
        var lengths = new FileSystemEnumerable<long>(folder, static (ref entry) => entry.Length, Everything)
        {
            ShouldIncludePredicate = static (ref entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref entry) =>
                !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && (skip is null || entry.ToFullPath() != skip),
        };
        foreach (long length in lengths)
        {
            if (left-- <= 0)
            {
                break;
            }
            sum += length;
        }
        return sum;
    }
}

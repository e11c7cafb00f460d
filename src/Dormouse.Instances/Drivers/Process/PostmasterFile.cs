namespace Dormouse.Instances.Drivers.Process;

/// <summary>PostgreSQL's own <c>postmaster.pid</c> in the data directory.</summary>
internal static class PostmasterFile
{
    // Line 8 of the file, since PostgreSQL 10 (src/include/utils/pidfile.h).
    private const int StatusLine = 7;

    public static string PathIn(string dataPath) => Path.Combine(dataPath, "postmaster.pid");

    /// <summary>True once the server takes connections.</summary>
    public static bool SaysReady(string dataPath)
    {
        try
        {
            string[] lines = File.ReadAllText(PathIn(dataPath)).Split('\n');
            return lines.Length > StatusLine && lines[StatusLine].StartsWith("ready", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Removes what a crash left behind. Only for who holds the instance's lock: PostgreSQL's own check of the number in it means nothing
    /// across process namespaces, where every postmaster is number 1.
    /// </summary>
    public static void RemoveStale(string dataPath) => File.Delete(PathIn(dataPath));
}

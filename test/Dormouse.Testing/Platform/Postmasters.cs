namespace Dormouse.Testing.Platform;

/// <summary>
/// Finds the PostgreSQL servers of a data folder by what the kernel says of each process, not by what the platform believes: a process
/// belongs to a folder whose <c>instances</c> are mounted into it or named in its command line.
/// </summary>
public static class Postmasters
{
    /// <summary>The host's process ids of the postmasters of all instances under a data folder.</summary>
    public static IReadOnlyList<int> Under(string dataPath)
    {
        // A mount's own path starts at its file system's root, which may lie below the host's, so only the tail is compared.
        string tail = $"/{Path.GetFileName(Path.TrimEndingDirectorySeparator(dataPath))}/instances/";
        List<int> found = [];
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), out int pid) && IsPostmaster(process) && Mentions(process, tail))
            {
                found.Add(pid);
            }
        }
        return found;
    }

    private static bool IsPostmaster(string process) =>
        Read(process, "comm").Trim() == "postgres" && Read($"/proc/{ParentOf(process)}", "comm").Trim() != "postgres";

    private static bool Mentions(string process, string tail) =>
        Read(process, "cmdline").Contains(tail, StringComparison.Ordinal)
        || Read(process, "mountinfo").Contains(tail, StringComparison.Ordinal);

    private static string ParentOf(string process)
    {
        string stat = Read(process, "stat");
        string[] afterName = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return afterName.Length > 1 ? afterName[1] : "0";
    }

    private static string Read(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

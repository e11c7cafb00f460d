using System.Globalization;

namespace Dormouse.Instances.Drivers.Native;

/// <summary>A process that cannot be mistaken for a later one with the same number: ticks since boot at which it began.</summary>
internal readonly record struct ProcessIdentity(int Pid, long StartTicks);

/// <summary>What <c>/proc</c> says of processes. Every answer may be out of date as soon as it is given.</summary>
internal static class ProcessTable
{
    /// <summary>The start time and state letter; null once the process is gone.</summary>
    public static (long StartTicks, char State, int ParentPid)? Stat(int pid)
    {
        string? text = TryRead($"/proc/{pid}/stat");
        // The name may hold spaces and parentheses; the fields begin after the last parenthesis with the third.
        int end = text?.LastIndexOf(')') ?? -1;
        if (end < 0)
        {
            return null;
        }
        string[] fields = text![(end + 2)..].Split(' ');
        return (long.Parse(fields[19], CultureInfo.InvariantCulture), fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Processor time, with that of children that have ended and were waited for, or without; null once the process is gone.</summary>
    public static TimeSpan? ProcessorTime(int pid, bool withEnded)
    {
        string? text = TryRead($"/proc/{pid}/stat");
        int end = text?.LastIndexOf(')') ?? -1;
        if (end < 0)
        {
            return null;
        }
        // utime, stime, and the same of ended children, in hundredths of a second whatever the kernel's own clock is.
        IEnumerable<string> fields = text![(end + 2)..].Split(' ').Skip(11).Take(withEnded ? 4 : 2);
        return TimeSpan.FromMilliseconds(10 * fields.Sum(field => long.Parse(field, CultureInfo.InvariantCulture)));
    }

    /// <summary>The session that it belongs to, by its leader's number; null once the process is gone.</summary>
    public static int? Session(int pid)
    {
        string? text = TryRead($"/proc/{pid}/stat");
        int end = text?.LastIndexOf(')') ?? -1;
        return end < 0 ? null : int.Parse(text![(end + 2)..].Split(' ')[3], CultureInfo.InvariantCulture);
    }

    public static ProcessIdentity? Identify(int pid) => Stat(pid) is { State: not ('Z' or 'X') } stat ? new(pid, stat.StartTicks) : null;

    public static bool IsAlive(ProcessIdentity process) =>
        Stat(process.Pid) is { State: not ('Z' or 'X') } stat && stat.StartTicks == process.StartTicks;

    public static IReadOnlyList<int> Children(int pid)
    {
        string? text = TryRead($"/proc/{pid}/task/{pid}/children");
        if (text is null)
        {
            // Either the process is gone or the kernel was built without this file.
            return Directory.Exists($"/proc/{pid}") ? [.. All().Where(other => Stat(other)?.ParentPid == pid)] : [];
        }
        return [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
    }

    /// <summary>The process and all its descendants, parents before their children.</summary>
    public static IReadOnlyList<int> Tree(int root)
    {
        var tree = new List<int> { root };
        for (int i = 0; i < tree.Count; i++)
        {
            tree.AddRange(Children(tree[i]));
        }
        return tree;
    }

    public static IEnumerable<int> All()
    {
        foreach (string path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            {
                yield return pid;
            }
        }
    }

    public static FileIdentity? WorkingDirectory(int pid) => FileIdentity.Of($"/proc/{pid}/cwd");

    /// <summary>The words of the command line; empty for a kernel thread or a process that is gone.</summary>
    public static string[] CommandLine(int pid) =>
        TryRead($"/proc/{pid}/cmdline")?.Split('\0', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>The number that the process has in its innermost process namespace; 1 for the first process of a sandbox.</summary>
    public static int? InnermostPid(int pid)
    {
        string? line = TryRead($"/proc/{pid}/status")
            ?.Split('\n')
            .FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal));
        return line is null ? null : int.Parse(line.Split('\t')[^1], CultureInfo.InvariantCulture);
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

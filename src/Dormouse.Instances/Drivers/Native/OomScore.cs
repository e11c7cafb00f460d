using System.Globalization;

namespace Dormouse.Instances.Drivers.Native;

/// <summary>
/// Whom the kernel ends first when the host has no memory left: a backend, then a postmaster with its whole instance, then the platform, whose
/// end no instance would survive as its users see it.
/// </summary>
internal static class OomScore
{
    /// <summary>
    /// Half of the way to "always first": before the platform (0, or what its service manager gave it), and after what a person marked as
    /// worthless (1000).
    /// </summary>
    public const int OfInstances = 500;

    /// <summary>A step above: the kernel adds a thousandth of the host's memory for each point, so a tenth outweighs what a postmaster holds.</summary>
    public const int OfBackends = 600;

    /// <summary>Children that are born later inherit it.</summary>
    public static void Raise(IEnumerable<int> pids)
    {
        foreach (int pid in pids)
        {
            TryWrite(pid, OfInstances);
        }
    }

    /// <summary>
    /// The children of a postmaster go before it, whatever they have: one that was being born while the sandbox was raised has none of it. A number
    /// that belongs to somebody else by now is left alone.
    /// </summary>
    /// <returns>Whether all that are there still go before it.</returns>
    public static bool RaiseBackends(IEnumerable<int> children, int postmaster)
    {
        bool all = true;
        foreach (int pid in children.Where(pid => Of(pid) < OfBackends && ProcessTable.Stat(pid)?.ParentPid == postmaster))
        {
            TryWrite(pid, OfBackends);
            all &= Of(pid) is null or >= OfBackends;
        }
        return all;
    }

    /// <summary>Null once the process is gone.</summary>
    public static int? Of(int pid)
    {
        try
        {
            return int.Parse(File.ReadAllText(PathOf(pid)), CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void TryWrite(int pid, int score)
    {
        try
        {
            File.WriteAllText(PathOf(pid), score.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended, or the host forbids it: then the kernel chooses by size alone.
        }
    }

    private static string PathOf(int pid) => $"/proc/{pid}/oom_score_adj";
}

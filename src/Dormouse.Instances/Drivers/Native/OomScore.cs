using System.Globalization;

namespace Dormouse.Instances.Drivers.Native;

/// <summary>Whom the kernel ends first when the host has no memory left.</summary>
internal static class OomScore
{
    /// <summary>
    /// Half of the way to "always first": before the platform (0), whose end no instance would survive as its users see it, and after what a
    /// person marked as worthless (1000).
    /// </summary>
    public const int OfInstances = 500;

    /// <summary>Children that are born later inherit it.</summary>
    public static void Raise(IEnumerable<int> pids)
    {
        foreach (int pid in pids)
        {
            try
            {
                File.WriteAllText($"/proc/{pid}/oom_score_adj", OfInstances.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has ended, or the host forbids it: then the kernel chooses by size alone.
            }
        }
    }
}

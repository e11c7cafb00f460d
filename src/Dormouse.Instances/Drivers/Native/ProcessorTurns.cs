using System.Globalization;

namespace Dormouse.Instances.Drivers.Native;

/// <summary>
/// When this process has its turn among those that want a processor: soon, and for a moment. Every request of every database passes through it a few
/// times, each for microseconds. Best effort: where the kernel or the rights are lacking nothing changes.
/// </summary>
internal static class ProcessorTurns
{
    /// <summary>
    /// The shortest slice that the kernel takes. Who wants a processor for less is let in the sooner; whoever needs more goes on all the same where
    /// nobody else wants it. Kernels before 6.12 have one slice for all.
    /// </summary>
    private static readonly TimeSpan OwnSlice = TimeSpan.FromMilliseconds(0.1);

    // Each step of the nice value is a quarter more weight.
    private const double NiceStep = 1.25;
    private const int NiceMost = 20;

    public static void Hasten()
    {
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            // Threads that are made later inherit it.
            _ = Libc.SetSlice(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), OwnSlice);
        }
        if (ProcessTable.Session(Environment.ProcessId) == Environment.ProcessId)
        {
            HastenSession();
        }
    }

    /// <summary>A child has the kernel's own slice, whatever it inherited.</summary>
    public static void Reset(int child) => _ = Libc.SetSlice(child, TimeSpan.Zero);

    /// <summary>
    /// The weight that all databases have together where groups weigh by the core, four times a session's for each: with less the platform goes into
    /// debt within one request, and waits until those that burn have caught up.
    /// </summary>
    internal static int SessionNice(int cores) => -Math.Min(NiceMost, (int)Math.Ceiling(Math.Log(4 * cores, NiceStep)));

    /// <summary>Desktops and servers alike weigh sessions as a whole, unless they are in control groups with weights.</summary>
    private static void HastenSession()
    {
        try
        {
            File.WriteAllText("/proc/self/autogroup", SessionNice(Environment.ProcessorCount).ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not root, or a kernel without such sessions.
        }
    }
}

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

    /// <summary>
    /// A weight of 9,548, where a session has 1,024 and all databases together 4,096 for each core: with less the platform goes into debt within one
    /// request, and waits until those that burn have caught up.
    /// </summary>
    private const string SessionNice = "-10";

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

    /// <summary>Desktops and servers alike weigh sessions as a whole, unless they are in control groups with weights.</summary>
    private static void HastenSession()
    {
        try
        {
            File.WriteAllText("/proc/self/autogroup", SessionNice);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not root, or a kernel without such sessions.
        }
    }
}

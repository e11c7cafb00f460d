using System.Globalization;
using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Resources;

/// <summary>
/// Moves the private memory of processes to swap by <c>process_madvise(MADV_PAGEOUT)</c>, where no control group does it. Needs the kernel's
/// leave (CAP_SYS_NICE, since 5.10). Shared memory stays.
/// </summary>
internal static class Pageout
{
    // The kernel takes no more ranges in one call (UIO_MAXIOV).
    private const int RangesMax = 1024;

    /// <summary>Whether this process may do so to another, by trying.</summary>
    public static bool IsAllowed(int pid) => Advise(pid) is not null;

    /// <summary>Returns how many bytes were told to go; what the kernel then makes of it is not known.</summary>
    /// <exception cref="IOException">None could be told, although there are some.</exception>
    public static long Of(IReadOnlyCollection<int> pids)
    {
        long bytes = 0;
        bool allowed = pids.Count == 0;
        foreach (int pid in pids)
        {
            long? told = Advise(pid);
            allowed |= told is not null;
            bytes += told ?? 0;
        }
        return allowed ? bytes : throw new IOException("The kernel refuses process_madvise.");
    }

    private static long? Advise(int pid)
    {
        int fd = Libc.PidfdOpen(pid);
        if (fd < 0)
        {
            return null;
        }
        using var process = new DescriptorHandle(fd);
        long sum = 0;
        foreach (MemoryRange[] part in PrivateRanges(pid).Chunk(RangesMax))
        {
            long told = Libc.ProcessPageout(process.Fd, part);
            if (told < 0)
            {
                return null;
            }
            sum += told;
        }
        return sum;
    }

    /// <summary>Writable private mappings: heap, stack, and the pages of libraries that were written to.</summary>
    private static IEnumerable<MemoryRange> PrivateRanges(int pid)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines($"/proc/{pid}/maps");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        foreach (string line in lines)
        {
            // 7f12a000-7f12b000 rw-p 00000000 00:00 0 [heap]
            string[] fields = line.Split(' ', 3);
            if (fields.Length == 3 && fields[1] == "rw-p" && fields[0].Split('-') is [var from, var to])
            {
                nuint start = nuint.Parse(from, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                yield return new MemoryRange(start, nuint.Parse(to, NumberStyles.HexNumber, CultureInfo.InvariantCulture) - start);
            }
        }
    }
}

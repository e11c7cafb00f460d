using System.Globalization;

namespace Dormouse.Instances.Resources;

/// <summary>The host's memory at one moment, as the kernel tells it.</summary>
/// <param name="TotalBytes">All of it.</param>
/// <param name="AvailableBytes">What could be had without swapping.</param>
/// <param name="SwapTotalBytes">Swap, zram included.</param>
/// <param name="SwapFreeBytes">Of that, free.</param>
/// <param name="Stall">The part of the last ten seconds in which some process waited for memory; zero where the kernel does not count it.</param>
internal sealed record HostMemory(long TotalBytes, long AvailableBytes, long SwapTotalBytes, long SwapFreeBytes, double Stall)
{
    public static HostMemory Read() => Parse(TryRead("/proc/meminfo"), TryRead("/proc/pressure/memory"));

    public static HostMemory Parse(string memory, string pressure)
    {
        string[] lines = memory.Split('\n');
        return new HostMemory(
            Bytes(lines, "MemTotal:"),
            Bytes(lines, "MemAvailable:"),
            Bytes(lines, "SwapTotal:"),
            Bytes(lines, "SwapFree:"),
            StallOf(pressure)
        );
    }

    private static long Bytes(string[] lines, string name)
    {
        string? line = Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal));
        string[] fields = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return fields.Length > 1 && long.TryParse(fields[1], CultureInfo.InvariantCulture, out long kibibytes) ? kibibytes * 1024 : 0;
    }

    // some avg10=1.53 avg60=0.87 avg300=0.73 total=1234
    private static double StallOf(string pressure)
    {
        const string Field = "some avg10=";
        int start = pressure.IndexOf(Field, StringComparison.Ordinal);
        if (start < 0)
        {
            return 0;
        }
        string number = pressure[(start + Field.Length)..].Split(' ', 2)[0];
        return double.TryParse(number, CultureInfo.InvariantCulture, out double percent) ? percent / 100 : 0;
    }

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

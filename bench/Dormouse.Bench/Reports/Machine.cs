namespace Dormouse.Bench.Reports;

/// <summary>Where it was measured; figures of different machines are never compared.</summary>
internal sealed record Machine(string Cpu, int Cores, string Memory, string Kernel)
{
    public static Machine Here()
    {
        string cpu =
            Field("/proc/cpuinfo", "model name") ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
        string kibibytes = Field("/proc/meminfo", "MemTotal")?.Replace(" kB", "", StringComparison.Ordinal) ?? "0";
        double gibibytes = double.Parse(kibibytes, System.Globalization.CultureInfo.InvariantCulture) / (1024 * 1024);
        string memory = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{gibibytes:0.0} GiB");
        return new Machine(cpu, Environment.ProcessorCount, memory, File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
    }

    private static string? Field(string file, string name) =>
        File.ReadLines(file)
            .Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
            .FirstOrDefault();
}

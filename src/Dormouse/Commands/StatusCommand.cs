using System.CommandLine;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>status</c></summary>
internal static class StatusCommand
{
    public static Command Create(CommonOptions common)
    {
        var command = new Command("status", "Show the running platform.");
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                PlatformStatus status = await client.StatusAsync(cancellationToken);
                common.Print(parsed, status, ManagementJson.Default.PlatformStatus, output => Write(output, status));
                return 0;
            }
        );
        return command;
    }

    private static void Write(TextWriter output, PlatformStatus status)
    {
        output.WriteLine($"Dormouse {status.Version} at {status.Http}, process {status.Pid}, since {TextTable.Time(status.StartedAt)}");
        if (status.Https is { } https)
        {
            string until = https.CertificateFile is { } certificate
                ? $", certificate {certificate} until {TextTable.Time(https.ValidUntil)}"
                : "";
            output.WriteLine($"https      {https.Url}{until}");
            if (https.CaFile is { } file)
            {
                output.WriteLine($"           apps need {UrlText.TrustLine(file)}");
            }
            if (https.Problem is { } problem)
            {
                output.WriteLine($"problem    {problem}");
            }
        }
        output.WriteLine($"data       {status.Data}");
        string states = string.Join(", ", status.States.OrderBy(state => state.Key).Select(state => $"{state.Value} {state.Key}"));
        output.WriteLine($"databases  {status.DatabaseCount}{(states.Length > 0 ? $": {states}" : "")}");
        if (status.Resources is { } resources)
        {
            Write(output, resources);
        }
        foreach (string line in status.Host)
        {
            output.WriteLine(line);
        }
    }

    private static void Write(TextWriter output, ResourceStatus resources)
    {
        output.WriteLine(
            $"limits     memory of a database: {Held(resources.MemoryLimited)}; its processes: {Held(resources.ProcessesLimited)}; "
                + "its disk and processor time: not limited"
        );
        string reclaimed = (resources.Reclaimer, resources.SwapBytes) switch
        {
            (null, _) => "memory stays, this host offers no way to reclaim it",
            (_, 0) => "memory stays, there is no swap or zram",
            _ => $"memory reclaimed by {resources.Reclaimer}",
        };
        output.WriteLine($"sleep      frozen by {resources.Freezer}; {reclaimed}");
        string instances = resources.InstanceBytes is { } bytes ? $", databases hold {Gibibytes(bytes)}" : "";
        string swap = resources.SwapBytes > 0 ? $", swap {Gibibytes(resources.SwapFreeBytes)} free" : "";
        output.WriteLine($"memory     pressure {resources.Pressure}, {Gibibytes(resources.AvailableBytes)} available{swap}{instances}");
    }

    private static string Held(bool holds) => holds ? "limited" : "not limited";

    private static string Gibibytes(long bytes) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.00} GiB");
}

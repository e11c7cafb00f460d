using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary>The running platform, for a person.</summary>
internal static class StatusText
{
    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="status">What there is to see.</param>
    /// <param name="before">What there was at an earlier look, for what was done since; null: since the platform's start.</param>
    /// <param name="interval">The time between the two.</param>
    public static void Write(TextWriter output, PlatformStatus status, PlatformStatus? before = null, TimeSpan interval = default)
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
        if (status.Edge is { } edge)
        {
            WriteEdge(output, edge);
            return;
        }
        string states = string.Join(", ", status.States.OrderBy(state => state.Key).Select(state => $"{state.Value} {state.Key}"));
        output.WriteLine($"databases  {status.DatabaseCount}{(states.Length > 0 ? $": {states}" : "")}");
        if (status.Classes is { Count: > 0 } classes)
        {
            output.WriteLine(
                $"classes    {string.Join(", ", classes.OrderBy(size => size.Key).Select(size => $"{size.Value} {size.Key}"))}"
            );
        }
        if (status.Work is { } work)
        {
            WriteWork(output, work, before?.Work, interval);
        }
        if (status.Resources is { } resources)
        {
            Write(output, resources);
        }
        foreach (string line in status.Host)
        {
            output.WriteLine(line);
        }
    }

    private static void WriteEdge(TextWriter output, EdgeProcessStatus edge)
    {
        string how = edge.Follows
            ? Text($"follows its log, at revision {edge.Revision}")
            : "cut off: requests are passed on as far as that goes, and nothing is answered from the cache";
        output.WriteLine($"edge       of {edge.Origin}, {how}");
    }

    private static void WriteWork(TextWriter output, WorkStatus work, WorkStatus? before, TimeSpan interval)
    {
        WorkStatus seen = before is null ? work : work.Since(before);
        string when = before is null ? "since the start" : Text($"in the last {interval.TotalSeconds:0.#} s");
        output.WriteLine($"requests   {Counted(seen.Requests, seen.RequestsFailed, "ended with an error", when)}");
        output.WriteLine($"wakes      {Counted(seen.Wakes, seen.WakesFailed, "in vain", when)}");
    }

    // 120 since the start, 2 in vain; half within 5 ms, 99 % within 25 ms
    private static string Counted(DurationCounts durations, long failed, string how, string when)
    {
        string failures = failed > 0 ? Text($", {failed} {how}") : "";
        string times =
            durations.Within(0.5) is { } half && durations.Within(0.99) is { } most ? $"; half {Within(half)}, 99 % {Within(most)}" : "";
        return Text($"{durations.Total()} {when}{failures}{times}");
    }

    private static string Yielding(ResourceStatus resources)
    {
        string[] how =
        [
            .. resources.ProcessorYields ? ["go after the others"] : Array.Empty<string>(),
            .. resources.FreeProcessors switch
            {
                0 => Array.Empty<string>(),
                1 => ["leave a processor to those in use"],
                int count => [Text($"leave {count} processors to those in use")],
            },
        ];
        return how.Length > 0 ? Text($"; {resources.Yielding} that take much of it {string.Join(" and ", how)} now") : "";
    }

    private static string Within(double seconds) =>
        double.IsInfinity(seconds) ? "longer than is counted"
        : seconds < 1 ? Text($"within {seconds * 1000:0.##} ms")
        : Text($"within {seconds:0.##} s");

    private static string Text(FormattableString text) => text.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static void Write(TextWriter output, ResourceStatus resources)
    {
        output.WriteLine(
            $"limits     memory of a database: {Held(resources.MemoryLimited)}; its processes: {Held(resources.ProcessesLimited)}; "
                + $"its processor time: {(resources.ProcessorWeighted ? "shared by the weight of its class" : "not shared by class")}"
                + Yielding(resources)
        );
        if (resources.Disk is { } disk)
        {
            string refused = disk.HeldByFileSystem ? ", and refused by the file system" : "";
            output.WriteLine(
                $"disk       of a small database: growth refused at the front door from {Gibibytes(disk.LimitBytes)} on, writers ended from "
                    + $"{Gibibytes(disk.HardLimitBytes)} on{refused}; twice as much for one that may become medium, four times for large; "
                    + $"{disk.Full} may not grow now"
            );
        }
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

    private static string Gibibytes(long bytes) => Text($"{bytes / (double)(1 << 30):0.00} GiB");
}

using System.CommandLine;
using System.Globalization;
using Dormouse.Client;
using Dormouse.Contracts.Management;

namespace Dormouse.Commands;

/// <summary><c>cache stats [DATABASE]</c></summary>
internal static class CacheStatsCommand
{
    private const int ShapesShown = 20;
    private const int PeriodsShown = 10;

    private static readonly string[] CountsHeader = ["HIT %", "HITS", "STALE", "MISSES", "SHARED", "FAILED", "UNCACHED", "SERVED", "SAVED"];

    public static Command Create(CommonOptions common)
    {
        var database = new Argument<string?>("DATABASE")
        {
            Description = "A database's id (db_…) or name: then by query shape and over time.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("stats", "What the query cache holds and what it saved, since the platform started.") { database };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using ManagementClient client = common.Client(parsed);
                if (parsed.GetValue(database) is { } named)
                {
                    CacheStatistics statistics = await client.GetCacheStatisticsAsync(named, cancellationToken);
                    common.Print(parsed, statistics, ManagementJson.Default.CacheStatistics, output => Write(output, statistics));
                }
                else
                {
                    CacheSummary summary = await client.GetCacheSummaryAsync(cancellationToken);
                    common.Print(parsed, summary, ManagementJson.Default.CacheSummary, output => Write(output, summary));
                }
                return 0;
            }
        );
        return command;
    }

    private static void Write(TextWriter output, CacheSummary summary)
    {
        output.WriteLine(
            $"{Number(summary.Entries)} answers take {Bytes(summary.Bytes)} of {Bytes(summary.MaxBytes)}; at most {Bytes(summary.MaxBytesPerDatabase)} for one database."
        );
        if (summary.Disk is { } disk)
        {
            output.WriteLine(
                disk.IsOn
                    ? $"On disk {Number(disk.Entries)} answers take {Bytes(disk.Bytes)} of {Bytes(disk.MaxBytes)}."
                    : "On disk there is nothing: the disk has failed or is full, and the log says how. It is tried again at the next start."
            );
        }
        if (summary.Databases.Count > 0)
        {
            output.WriteLine();
            TextTable.Write(output, ["DATABASE", "ANSWERS", "MEMORY", .. CountsHeader], summary.Databases.Select(Row));
        }
    }

    private static void Write(TextWriter output, CacheStatistics statistics)
    {
        TextTable.Write(output, ["DATABASE", "ANSWERS", "MEMORY", .. CountsHeader], [Row(statistics.Database)]);
        if (statistics.Shapes.Count > 0)
        {
            output.WriteLine();
            TextTable.Write(
                output,
                ["QUERY", "ID", .. CountsHeader],
                statistics.Shapes.Take(ShapesShown).Select(shape => (string[])[shape.Name, shape.Id, .. Counts(shape.Counts)])
            );
        }
        Write(output, "MINUTE", statistics.Minutes);
        Write(output, "HOUR", statistics.Hours);
    }

    private static void Write(TextWriter output, string title, IReadOnlyList<CachePeriodResource> periods)
    {
        if (periods.Count > 0)
        {
            output.WriteLine();
            TextTable.Write(
                output,
                [title, .. CountsHeader],
                periods.Take(PeriodsShown).Select(period => (string[])[TextTable.Time(period.From), .. Counts(period.Counts)])
            );
        }
    }

    private static string[] Row(DatabaseCacheResource database) =>
        [database.Name ?? database.Id, Number(database.Entries), Bytes(database.Bytes), .. Counts(database.Counts)];

    private static string[] Counts(CacheCountsResource counts)
    {
        long cached = counts.Hits + counts.Stale;
        long all = cached + counts.Misses + counts.Shared;
        return
        [
            all == 0 ? "" : (100.0 * cached / all).ToString("0.0", CultureInfo.InvariantCulture),
            Number(counts.Hits),
            Number(counts.Stale),
            Number(counts.Misses),
            Number(counts.Shared),
            Number(counts.Failures),
            Number(counts.Uncached),
            Bytes(counts.ServedBytes),
            string.Create(CultureInfo.InvariantCulture, $"{counts.SavedMs / 1000:0.0} s"),
        ];
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) =>
        bytes < 1024 * 1024
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.0} MiB");
}

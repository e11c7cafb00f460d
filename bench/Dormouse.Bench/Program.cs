using Dormouse.Bench;
using Dormouse.Bench.Density;
using Dormouse.Bench.Drivers;
using Dormouse.Bench.Edge;
using Dormouse.Bench.Neighbours;
using Dormouse.Bench.Query;
using Dormouse.Bench.Query.Handwritten;
using Dormouse.Bench.Reads;
using Dormouse.Bench.Reports;
using Dormouse.Bench.Schema;
using Dormouse.Bench.Wake;

// How many databases `density` makes, and with how many MiB of compressed swap.
int databases = DensityBench.DefaultDatabases;
int zram = 0;
if (!TryTake("--databases", ref databases) || !TryTake("--zram", ref zram))
{
    return 2;
}

// ./dormouse bench list | NAME [--json]: starts what the bench needs, measures, prints the report, cleans up. Holding the aims is not
// the exit status's business: 0 says that it ran.
IBench[] benches =
[
    new WakeBench(),
    new QueryBench(),
    new SchemaBench(),
    new EdgeBench(),
    new DriverBench(),
    new ReadsBench(),
    new DensityBench(databases, zram),
    new NeighboursBench(),
];

// Not for people: what a bench starts as a process of its own.
if (args is [HandwrittenServer.Word, var connectionString])
{
    await HandwrittenServer.RunAsync(connectionString);
    return 0;
}

if (args is [MemoryServer.Verb, var folder])
{
    await MemoryServer.RunAsync(folder);
    return 0;
}

if (args is ["list"])
{
    foreach (IBench bench in benches)
    {
        Console.WriteLine($"{bench.Name, -12}{bench.Summary}");
    }
    return 0;
}

string[] names = [.. args.Where(word => word != "--json")];
if (names.Length != 1 || benches.FirstOrDefault(bench => bench.Name == names[0]) is not { } chosen)
{
    Console.Error.WriteLine(
        $"Say which bench: {string.Join(", ", benches.Select(bench => bench.Name))} (or 'list'), then optionally --json."
    );
    return 2;
}

using CancellationTokenSource interrupted = new();
Console.CancelKeyPress += (_, signal) =>
{
    signal.Cancel = true;
    interrupted.Cancel();
};

try
{
    // Progress goes to stderr and to people only, so that a pipe gets the report alone.
    Action<string> progress = Console.IsErrorRedirected ? _ => { } : line => Console.Error.WriteLine(line);
    BenchReport report = await chosen.RunAsync(progress, interrupted.Token);
    Console.WriteLine(args.Contains("--json") ? report.ToJson() : report.ToText());
    return 0;
}
catch (Exception failure) when (failure is not OutOfMemoryException)
{
    Console.Error.WriteLine($"The bench '{chosen.Name}' failed: {failure}");
    return 1;
}

bool TryTake(string option, ref int number)
{
    int at = Array.IndexOf(args, option);
    if (at < 0)
    {
        return true;
    }
    if (args.Length < at + 2 || !int.TryParse(args[at + 1], out number) || number < 1)
    {
        Console.Error.WriteLine($"{option} needs a number, 1 at least.");
        return false;
    }
    args = [.. args[..at], .. args[(at + 2)..]];
    return true;
}

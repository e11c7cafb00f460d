using Dormouse.Bench.Reports;

namespace Dormouse.Bench;

/// <summary>One benchmark of <c>./dormouse bench</c>.</summary>
internal interface IBench
{
    /// <summary>The word after <c>bench</c>.</summary>
    string Name { get; }

    /// <summary>One line for <c>bench list</c>.</summary>
    string Summary { get; }

    /// <summary>Starts what it needs, measures, and leaves nothing behind.</summary>
    Task<BenchReport> RunAsync(Action<string> progress, CancellationToken cancellationToken);
}

using Dormouse.Contracts;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Tests.Simulation;

/// <summary>Keeps the first failure that no dice explain, wherever it came out: in an answer, in a step of the host, or only in the log.</summary>
internal sealed class DefectLog : ILogger
{
    // Standing's line for a change of class.
    private const int Resized = 3419;

    private readonly HashSet<string> moved = [];

    public Exception? Defect { get; private set; }

    /// <summary>How instances came into another class by themselves: "busy" and "quiet".</summary>
    public IReadOnlySet<string> Moved => moved;

    public void Note(Exception exception) => Defect ??= IsExplained(exception) ? null : exception;

    /// <summary>Something that must hold at this step.</summary>
    public void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            var broken = new InvalidOperationException(otherwise);
            Defect ??= broken;
            throw broken;
        }
    }

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (exception is not null)
        {
            Note(exception);
        }
        if (eventId.Id == Resized && state is IEnumerable<KeyValuePair<string, object?>> values)
        {
            NoteMove(values.ToDictionary());
        }
    }

    /// <summary>Load moves up what is busy and down what is quiet, by one class, whatever others asked for meanwhile.</summary>
    private void NoteMove(Dictionary<string, object?> line)
    {
        string how = line["Reason"]!.ToString()!.Split(' ')[0];
        int step = (InstanceClass)line["Now"]! - (InstanceClass)line["Before"]!;
        if (how is "busy" or "quiet")
        {
            moved.Add(how);
            Require(step == (how == "busy" ? 1 : -1), $"By load it moved by {step}, {line["Reason"]}.");
        }
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public ILoggerFactory AsFactory() => new Factory(this);

    /// <summary>What the dice did, as it is or as the reason of a failure that users are told; or such a failure for itself.</summary>
    private static bool IsExplained(Exception exception) =>
        exception switch
        {
            DormouseException { InnerException: { } inner } => IsExplained(inner),
            DormouseException or SimulatedFault => true,
            IOException or UnauthorizedAccessException => exception.InnerException is SimulatedFault,
            _ => false,
        };

    private sealed class Factory(DefectLog log) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => log;

        public void AddProvider(ILoggerProvider provider) { }

        public void Dispose() { }
    }
}

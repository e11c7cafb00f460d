using Dormouse.Contracts;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Tests.Simulation;

/// <summary>Keeps the first failure that no dice explain, wherever it came out: in an answer, in a step of the host, or only in the log.</summary>
internal sealed class DefectLog : ILogger
{
    public Exception? Defect { get; private set; }

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
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

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

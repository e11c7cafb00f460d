using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Dormouse.Logging;

/// <summary>
/// Writes each log message as one line: time, level, source, text, and the trace that it belongs to where there is one; an exception
/// follows on lines of its own.
/// </summary>
internal sealed class LineLoggerProvider(Action<string> write, TimeProvider time) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName[(categoryName.LastIndexOf('.') + 1)..], write, time);

    public void Dispose() { }

    private sealed class LineLogger(string source, Action<string> write, TimeProvider time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            string text = $"{time.GetUtcNow():yyyy-MM-dd HH:mm:ss.fff'Z'} {Word(logLevel)} {source}: {formatter(state, exception)}";
            if (Activity.Current is { } traced)
            {
                text += $" [trace {traced.TraceId}]";
            }
            write(exception is null ? text : $"{text}\n{exception}");
        }

        private static string Word(LogLevel level) =>
            level switch
            {
                LogLevel.Trace or LogLevel.Debug => "debug",
                LogLevel.Information => "info ",
                LogLevel.Warning => "warn ",
                _ => "error",
            };
    }
}

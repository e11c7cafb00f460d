using System.Diagnostics;
using Dormouse.Logging;
using Dormouse.Testing;
using Microsoft.Extensions.Logging;

namespace Dormouse.Tests.Logging;

public sealed class LineLoggerProviderTests
{
    [Fact]
    public void A_line_names_the_trace_that_it_belongs_to_and_an_exception_follows_it()
    {
        var lines = new List<string>();
        using var provider = new LineLoggerProvider(lines.Add, new ManualTimeProvider());
        ILogger logger = provider.CreateLogger("Dormouse.Edge.Http.Answers");
        using var request = new Activity("POST /query");

        Write(logger, LogLevel.Information, "before", null);
        request.Start();
        Write(logger, LogLevel.Error, "within", new InvalidOperationException("why"));
        request.Stop();
        Write(logger, LogLevel.Information, "after", null);

        Assert.EndsWith("info  Answers: before", lines[0], StringComparison.Ordinal);
        Assert.Contains(
            $"error Answers: within [trace {request.TraceId}]\nSystem.InvalidOperationException: why",
            lines[1],
            StringComparison.Ordinal
        );
        Assert.EndsWith("info  Answers: after", lines[2], StringComparison.Ordinal);
    }

    private static void Write(ILogger logger, LogLevel level, string text, Exception? failure) =>
        logger.Log(level, default, text, failure, static (text, _) => text);
}

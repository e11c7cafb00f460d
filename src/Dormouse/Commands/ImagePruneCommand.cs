using System.CommandLine;
using System.Globalization;
using Dormouse.Data;
using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;
using Microsoft.Extensions.Logging;

namespace Dormouse.Commands;

/// <summary><c>image prune</c>: removes what no database refers to. For a stopped platform; one that starts does it by itself.</summary>
internal static class ImagePruneCommand
{
    private const double Megabyte = 1_000_000;

    public static Command Create(CommonOptions common)
    {
        var command = new Command("prune", "Remove images and templates that no database needs; each start of the platform does the same.");
        command.SetAction(parsed =>
        {
            DataFolder folder = common.Folder(parsed);
            PruneReport report = folder.Exists ? Prune(folder, common.Terminal) : new PruneReport([], [], 0);
            common.Print(parsed, report, ImageJson.Default.PruneReport, output => Write(output, report));
            return 0;
        });
        return command;
    }

    private static PruneReport Prune(DataFolder folder, Terminal terminal)
    {
        using IDisposable held = folder.Lock();
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddProvider(new WarningsTo(terminal.Progress)));
        var templates = new TemplateStore(folder.Templates, null, TimeProvider.System);
        CleanedUp removed = new ImageCleanup(folder.ImageStore(), templates, loggers.CreateLogger<ImageCleanup>()).Run(folder.Instances);
        return new PruneReport(
            [.. removed.Images.Select(image => image.Digest)],
            removed.Templates,
            removed.Images.Sum(image => image.Manifest.SizeBytes)
        );
    }

    private static void Write(TextWriter output, PruneReport report)
    {
        foreach (string name in report.Images.Concat(report.Templates))
        {
            output.WriteLine(name);
        }
        string size = string.Create(CultureInfo.InvariantCulture, $"{report.ImageBytes / Megabyte:F0} MB");
        output.WriteLine($"{report.Images.Count} images ({size}) and {report.Templates.Count} templates removed.");
    }

    /// <summary>Why something stays is told where a person sees it.</summary>
    private sealed class WarningsTo(IProgress<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                lines.Report(formatter(state, exception) + (exception is null ? "" : $": {exception.Message}"));
            }
        }

        public void Dispose() { }
    }
}

/// <summary>What was removed, as <c>image prune --json</c> shows it.</summary>
internal sealed record PruneReport(IReadOnlyList<string> Images, IReadOnlyList<string> Templates, long ImageBytes);

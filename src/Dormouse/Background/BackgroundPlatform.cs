using System.Diagnostics;
using System.Text.Json;
using Dormouse.Commands;
using Dormouse.Logging;
using Dormouse.Roles;

namespace Dormouse.Background;

/// <summary>
/// <c>up --detach</c>: this program starts itself again in a session of its own. The child writes its report as one line of JSON to
/// standard output once it is ready and its talk to standard error, then lets go of both; the parent passes the talk on, prints the
/// report and ends.
/// </summary>
internal static class BackgroundPlatform
{
    /// <summary>Marks the child; not for people.</summary>
    public const string Option = "--background";

    /// <summary>The parent's half.</summary>
    public static async Task<int> StartAsync(
        UpOptions options,
        Terminal terminal,
        Action<UpReport> print,
        CancellationToken cancellationToken
    )
    {
        using Process child = Process.Start(StartInfo(options, terminal))!;
        child.StandardInput.Close();
        Task talk = PassOnAsync(child.StandardError, terminal.Error, cancellationToken);
        string? line = await child.StandardOutput.ReadLineAsync(cancellationToken);
        if (line is null)
        {
            await talk;
            await child.WaitForExitAsync(cancellationToken);
            return CommandLine.Failed;
        }
        print(JsonSerializer.Deserialize(line, UpJson.Default.UpReport)!);
        return 0;
    }

    /// <summary>The child's half.</summary>
    public static async Task<int> RunAsync(UpOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        ProcessSession.Leave();
        using var signals = new StopSignals();
        using IDisposable folderLock = options.Folder.CreateAndLock();
        using var log = new BoundedLogFile(options.Folder.LogFile);
        await using IRunningPlatform platform = await IRunningPlatform.StartAsync(options, log.WriteLine, terminal, signals.Token);
        terminal.Output.WriteLine(JsonSerializer.Serialize(platform.Report, UpJson.Default.UpReport));
        await terminal.Output.FlushAsync(cancellationToken);
        ProcessSession.CloseStandardStreams(options.Folder.LogFile);
        await platform.RunAsync(signals.Token);
        return 0;
    }

    private static ProcessStartInfo StartInfo(UpOptions options, Terminal terminal)
    {
        var info = new ProcessStartInfo(OwnProgram.Words[0], [.. OwnProgram.Words.Skip(1), .. options.ToWords(), Option])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (terminal.IsWatched)
        {
            info.Environment[Terminal.WatchedVariable] = "1";
        }
        return info;
    }

    private static async Task PassOnAsync(StreamReader from, TextWriter to, CancellationToken cancellationToken)
    {
        while (await from.ReadLineAsync(cancellationToken) is { } line)
        {
            await to.WriteLineAsync(line);
        }
    }
}

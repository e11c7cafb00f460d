using System.Diagnostics;
using System.Text;

namespace Dormouse.Testing.Processes;

/// <summary>A program run to its end, with all that it printed.</summary>
public sealed record ProcessRun(string Command, int ExitCode, string Output, string Errors)
{
    /// <summary>Runs a program and waits for its end; ends it, and what it started, after <paramref name="limit"/>.</summary>
    public static async Task<ProcessRun> OfAsync(
        string program,
        IEnumerable<string> arguments,
        TimeSpan limit,
        CancellationToken cancellationToken,
        string? workingFolder = null,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingFolder ?? "",
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }
        string command = $"{Path.GetFileName(program)} {string.Join(' ', start.ArgumentList)}";

        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"'{program}' did not start.");
        process.StandardInput.Close();
        StringBuilder output = new();
        StringBuilder errors = new();
        TaskCompletionSource outputEnded = Collect(output, handler => process.OutputDataReceived += handler);
        TaskCompletionSource errorsEnded = Collect(errors, handler => process.ErrorDataReceived += handler);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"'{command}' did not end within {limit.TotalSeconds:0} s.\n{output}\n{errors}");
        }
        await Task.WhenAll(outputEnded.Task, errorsEnded.Task).WaitAsync(TimeSpan.FromSeconds(5), cancellationToken);
        return new ProcessRun(command, process.ExitCode, output.ToString(), errors.ToString());
    }

    /// <summary>The output, where the program succeeded.</summary>
    public string Succeeded() =>
        ExitCode == 0 ? Output : throw new InvalidOperationException($"'{Command}' ended with {ExitCode}.\n{Output}\n{Errors}");

    private static TaskCompletionSource Collect(StringBuilder text, Action<DataReceivedEventHandler> subscribe)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        subscribe(
            (_, line) =>
            {
                if (line.Data is null)
                {
                    ended.TrySetResult();
                }
                else
                {
                    text.AppendLine(line.Data);
                }
            }
        );
        return ended;
    }
}

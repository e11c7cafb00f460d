using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Dormouse.Contracts;

namespace Dormouse.Instances.Host;

/// <summary>Runs a short program of the host or of an image to its end. Output is bounded; cancellation ends the whole process tree.</summary>
internal sealed record HostCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Only the last part of what a program prints is kept: what it says about its failure stands there.</summary>
    public int OutputCharsMax { get; init; } = 64 * 1024;

    /// <summary>Null: that of the platform.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Written to standard input; null: an empty input.</summary>
    public string? Input { get; init; }

    /// <summary>The whole environment; null: PATH, HOME and the proxy settings of the platform, and the C locale.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    public static HostCommand Of(string program, params string[] arguments) => new(program, arguments);

    /// <summary>The full path of a program in PATH or in the folders of administrators, which a plain user's PATH lacks; null if none.</summary>
    public static string? Find(string program) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"])
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    public async Task<HostCommandResult> RunAsync(CancellationToken cancellationToken)
    {
        using Process process = new() { StartInfo = StartInfo() };
        try
        {
            process.Start();
        }
        catch (Win32Exception failure)
        {
            throw CannotStart(Program, failure);
        }
        try
        {
            Task<string> output = ReadTailAsync(process.StandardOutput, cancellationToken);
            Task<string> errors = ReadTailAsync(process.StandardError, cancellationToken);
            await WriteInputAsync(process, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new HostCommandResult(this, process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public static DormouseException CannotStart(string program, Win32Exception failure) =>
        new(
            FailureKind.Host,
            "DM3101",
            $"The program '{program}' cannot be started: {failure.Message}. Install the package that brings it.",
            failure
        );

    public ProcessStartInfo StartInfo()
    {
        var info = new ProcessStartInfo(Find(Program) ?? Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = WorkingDirectory ?? "",
        };
        foreach (string argument in Arguments)
        {
            info.ArgumentList.Add(argument);
        }
        foreach (string name in info.Environment.Keys.Where(name => Environment is not null || !IsPassedOn(name)).ToList())
        {
            info.Environment.Remove(name);
        }
        foreach ((string name, string value) in Environment ?? new Dictionary<string, string> { ["LC_ALL"] = "C" })
        {
            info.Environment[name] = value;
        }
        return info;
    }

    // Programs get nothing of the platform's environment but what they need to find their files and the network.
    private static bool IsPassedOn(string name) =>
        name is "PATH" or "HOME" or "TMPDIR" or "USER" or "NODE_EXTRA_CA_CERTS" or "SSL_CERT_FILE" or "SSL_CERT_DIR" or "CURL_CA_BUNDLE"
        || name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("npm_config_", StringComparison.OrdinalIgnoreCase);

    private async Task WriteInputAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync((Input ?? "").AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read everything; its exit status tells why.
        }
    }

    public async Task<string> ReadTailAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var kept = new StringBuilder();
        var buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer, cancellationToken)) > 0)
        {
            kept.Append(buffer, 0, count);
            if (kept.Length > 2 * OutputCharsMax)
            {
                kept.Remove(0, kept.Length - OutputCharsMax);
            }
        }
        return kept.ToString();
    }
}

/// <summary>How a command ended.</summary>
internal sealed record HostCommandResult(HostCommand Command, int ExitCode, string Output, string Errors)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>The last lines of what it printed, for a message to a person.</summary>
    public string LastWords
    {
        get
        {
            string text = Errors.Trim().Length > 0 ? Errors : Output;
            return string.Join(" | ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(4));
        }
    }

    /// <summary>Returns itself when the command succeeded and throws otherwise.</summary>
    public HostCommandResult OrThrow(string code, string what, string advice) =>
        Succeeded
            ? this
            : throw new DormouseException(
                FailureKind.Host,
                code,
                $"{what}: '{Path.GetFileName(Command.Program)}' ended with status {ExitCode}: {LastWords}. {advice}"
            );
}

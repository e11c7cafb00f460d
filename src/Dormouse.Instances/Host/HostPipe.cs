using System.ComponentModel;
using System.Diagnostics;
using Dormouse.Contracts;

namespace Dormouse.Instances.Host;

/// <summary>Runs a program with a stream of bytes at one end. Whatever goes wrong, the program and what it started are ended.</summary>
internal static class HostPipe
{
    /// <summary>Copies what the program prints.</summary>
    public static Task<HostCommandResult> ReadAsync(HostCommand command, Stream output, CancellationToken cancellationToken) =>
        RunAsync(
            command,
            async process =>
            {
                process.StandardInput.Close();
                await process.StandardOutput.BaseStream.CopyToAsync(output, cancellationToken);
                return "";
            },
            cancellationToken
        );

    /// <summary>
    /// Lets <paramref name="write"/> write the program's input, which then ends. That the program ended first is no failure of its own: what it
    /// does not read any more is thrown away, since whoever sends it listens only when it has sent all.
    /// </summary>
    public static Task<HostCommandResult> WriteAsync(HostCommand command, Func<Stream, Task> write, CancellationToken cancellationToken) =>
        RunAsync(
            command,
            async process =>
            {
                Task<string> output = command.ReadTailAsync(process.StandardOutput, cancellationToken);
                await write(new ProgramInput(process.StandardInput.BaseStream));
                process.StandardInput.BaseStream.Close();
                return await output;
            },
            cancellationToken
        );

    private static async Task<HostCommandResult> RunAsync(
        HostCommand command,
        Func<Process, Task<string>> transfer,
        CancellationToken cancellationToken
    )
    {
        using Process process = new() { StartInfo = command.StartInfo() };
        try
        {
            process.Start();
        }
        catch (Win32Exception failure)
        {
            throw HostCommand.CannotStart(command.Program, failure);
        }
        try
        {
            Task<string> errors = command.ReadTailAsync(process.StandardError, cancellationToken);
            string output = await transfer(process);
            await process.WaitForExitAsync(cancellationToken);
            return new HostCommandResult(command, process.ExitCode, output, await errors);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Swallows what a program that has ended cannot read; its exit status tells why it ended.</summary>
    private sealed class ProgramInput(Stream pipe) : WriteOnlyStream
    {
        private bool isClosed;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (isClosed)
            {
                return;
            }
            try
            {
                await pipe.WriteAsync(buffer, cancellationToken);
            }
            catch (IOException)
            {
                isClosed = true;
            }
        }
    }
}

using System.ComponentModel;
using System.Diagnostics;
using Dormouse.Contracts;

namespace Dormouse.Service;

/// <summary>A platform as a service of this machine's systemd: the unit's file, and what <c>systemctl</c> is told about it.</summary>
/// <param name="name">The unit's name without its ending.</param>
internal sealed class SystemdService(string name)
{
    private const string UnitFolder = "/etc/systemd/system";

    // There while systemd runs this machine, as sd_booted(3) says.
    private const string RunningSystemd = "/run/systemd/system";

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string Name { get; } = name;

    public string File { get; } = Path.Combine(UnitFolder, $"{name}.service");

    public bool IsInstalled => System.IO.File.Exists(File);

    /// <summary>Writes the unit, and starts it now and with the machine. One that runs already is restarted, with what is new.</summary>
    public async Task InstallAsync(string unit, CancellationToken cancellationToken)
    {
        CheckFile();
        await WriteAsync(unit, cancellationToken);
        await ControlAsync(["daemon-reload"], cancellationToken);
        await ControlAsync(["enable", Name], cancellationToken);
        await ControlAsync(["restart", Name], cancellationToken);
    }

    /// <summary>Ends the platform, not its instances, and forgets the unit. False if there was none.</summary>
    public async Task<bool> UninstallAsync(CancellationToken cancellationToken)
    {
        if (!IsInstalled)
        {
            return false;
        }
        CheckFile();
        await ControlAsync(["disable", "--now", Name], cancellationToken);
        System.IO.File.Delete(File);
        await ControlAsync(["daemon-reload"], cancellationToken);
        return true;
    }

    /// <summary>Throws where this process cannot have a service.</summary>
    public static void CheckHost()
    {
        if (!Directory.Exists(RunningSystemd))
        {
            throw new DormouseException(
                FailureKind.Host,
                "DM1081",
                "This machine is not run by systemd, so there is nothing to install a service in. With --print the unit goes to standard "
                    + "output, for a machine that is; './dormouse up --detach' runs a platform without one."
            );
        }
        if (!Environment.IsPrivilegedProcess)
        {
            throw new DormouseException(
                FailureKind.Caller,
                "DM1080",
                $"A service of the machine is installed by root: run the same with 'sudo'. With --print nothing is written to {UnitFolder}."
            );
        }
    }

    private void CheckFile()
    {
        if (IsInstalled && !System.IO.File.ReadAllText(File).StartsWith(SystemdUnit.Mark, StringComparison.Ordinal))
        {
            throw new DormouseException(
                FailureKind.Conflict,
                "DM1082",
                $"'{File}' was not written by 'dormouse service install' and is left as it is. Use another name with --name, or move it away."
            );
        }
    }

    // Whoever looks finds the old unit or the new one whole.
    private async Task WriteAsync(string unit, CancellationToken cancellationToken)
    {
        string fresh = $"{File}.new";
        await System.IO.File.WriteAllTextAsync(fresh, unit, cancellationToken);
        System.IO.File.SetUnixFileMode(fresh, Readable);
        System.IO.File.Move(fresh, File, overwrite: true);
    }

    // What systemctl says goes where this program's own talk goes.
    private static async Task ControlAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        try
        {
            using Process control = Process.Start(new ProcessStartInfo("systemctl", words))!;
            await control.WaitForExitAsync(cancellationToken);
            if (control.ExitCode == 0)
            {
                return;
            }
            throw Failed($"ended with {control.ExitCode}");
        }
        catch (Win32Exception failure)
        {
            throw Failed($"cannot be run: {failure.Message}");
        }

        DormouseException Failed(string how) =>
            new(
                FailureKind.Host,
                "DM1083",
                $"'systemctl {string.Join(' ', words)}' {how}. 'systemctl status {words[^1]}' and 'journalctl -u {words[^1]}' tell why."
            );
    }
}

using Dormouse.Commands;
using Microsoft.Extensions.Hosting.Systemd;

namespace Dormouse.Roles;

/// <summary><c>up</c> without <c>--detach</c>: runs until a signal or <c>down</c>, its log on standard error.</summary>
internal static class ForegroundPlatform
{
    public static async Task<int> RunAsync(
        UpOptions options,
        Terminal terminal,
        Action<UpReport> print,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var notifier = new SystemdNotifier();
        using var signals = new StopSignals();
        using IDisposable folderLock = options.Folder.CreateAndLock();
        try
        {
            await using IRunningPlatform platform = await IRunningPlatform.StartAsync(
                options,
                terminal.Error.WriteLine,
                terminal,
                signals.Token
            );
            print(platform.Report);
            // A service manager that asked for it takes the platform as started from here on.
            notifier.Notify(ServiceState.Ready);
            await platform.RunAsync(signals.Token);
            notifier.Notify(ServiceState.Stopping);
            terminal.Error.WriteLine(platform.EndText);
            return 0;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            terminal.Fail(
                "DM1006",
                "Stopped before the platform was ready. What was made so far stays; the next './dormouse up' goes on from there."
            );
            return CommandLine.Failed;
        }
    }
}

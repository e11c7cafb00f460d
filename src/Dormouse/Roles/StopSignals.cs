using System.Runtime.InteropServices;

namespace Dormouse.Roles;

/// <summary>
/// Ctrl-C, SIGTERM and the end of the terminal ask the platform to stop in its stages; another signal a while later ends it at once, which
/// is safe: a platform that is killed leaves its instances running, and the next one adopts them.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private const int ExitOnSecondSignal = 1;

    // Programs such as timeout(1) send one signal twice, to the process and to its group; a person is slower.
    private static readonly TimeSpan SameSignal = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource asked = new();
    private readonly PosixSignalRegistration[] registrations;
    private long askedAt;

    public StopSignals() =>
        registrations = [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        ];

    public CancellationToken Token => asked.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
        {
            registration.Dispose();
        }
        asked.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!asked.IsCancellationRequested)
        {
            askedAt = TimeProvider.System.GetTimestamp();
            asked.Cancel();
        }
        else if (TimeProvider.System.GetElapsedTime(askedAt) > SameSignal)
        {
            Environment.Exit(ExitOnSecondSignal);
        }
    }
}

using Microsoft.Extensions.Hosting;

namespace Dormouse.Edge.Limits;

/// <summary>
/// Cancelled a while after the host was asked to stop: what still runs is then ended and answered. Without it the server would cut the
/// sockets of such requests a little later, and clients 5 and 6 take a cut socket for leave to write once more.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly CancellationTokenRegistration registration;
    private ITimer? timer;

    public StopSignal(IHostApplicationLifetime lifetime, EdgeOptions options, TimeProvider timeProvider)
    {
        Token = source.Token;
        registration = lifetime.ApplicationStopping.Register(() =>
            timer = timeProvider.CreateTimer(_ => source.Cancel(), null, options.StopGrace, Timeout.InfiniteTimeSpan)
        );
    }

    public CancellationToken Token { get; }

    public void Dispose()
    {
        registration.Dispose();
        timer?.Dispose();
    }
}

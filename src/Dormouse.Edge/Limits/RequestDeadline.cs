using Dormouse.Contracts;

namespace Dormouse.Edge.Limits;

/// <summary>
/// One token for a request's work that is cancelled when its time is up, its client has gone or the platform stops, and the answer to
/// which of these it was. One owner; dispose it once.
/// </summary>
internal sealed class RequestDeadline : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly TimeSpan limit;
    private readonly CancellationToken clientGone;
    private readonly ITimer timer;
    private readonly CancellationToken stopping;
    private readonly CancellationTokenRegistration registration;
    private readonly CancellationTokenRegistration stopRegistration;
    private volatile bool timedOut;

    public RequestDeadline(TimeSpan limit, TimeProvider timeProvider, CancellationToken clientGone, CancellationToken stopping)
    {
        this.stopping = stopping;
        stopRegistration = stopping.UnsafeRegister(static state => ((RequestDeadline)state!).source.Cancel(), this);
        this.limit = limit;
        this.clientGone = clientGone;
        registration = clientGone.UnsafeRegister(static state => ((RequestDeadline)state!).source.Cancel(), this);
        timer = timeProvider.CreateTimer(static state => ((RequestDeadline)state!).TimeIsUp(), this, limit, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => source.Token;

    public TimeSpan Limit => limit;

    /// <summary>
    /// The failure behind a cancellation, whatever shape the layers below gave it; null when this deadline did not cause it. The time
    /// limit goes first: it stands even if the client has given up since.
    /// </summary>
    public DormouseException? Explain(Exception cause) =>
        timedOut ? EdgeFailures.QueryTimeout(limit, cause)
        : clientGone.IsCancellationRequested ? EdgeFailures.ClientGone(cause)
        : stopping.IsCancellationRequested ? EdgeFailures.Stopping(cause)
        : null;

    public void Dispose()
    {
        timer.Dispose();
        registration.Dispose();
        stopRegistration.Dispose();
        source.Dispose();
    }

    private void TimeIsUp()
    {
        timedOut = true;
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request ended at this very moment.
        }
    }
}

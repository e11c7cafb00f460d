namespace Dormouse.Postgres.Pooling;

/// <summary>
/// Keeps a pool from hammering a server that is away or full, and its callers from waiting for one: after a failure to open a connection
/// that failure is told at once until a pause is over, which doubles from failure to failure. Then one caller tries, and the others are
/// told until it knows more. Under the pool's lock.
/// </summary>
internal sealed class OpenPause(TimeSpan longest, TimeProvider timeProvider)
{
    private const int FirstPart = 100;

    private TimeSpan pause;
    private long since;
    private Exception? failure;
    private bool isTried;

    /// <summary>What the next attempt would most likely end in; null when it is time for one.</summary>
    public Exception? Failure => failure is not null && (isTried || IsOn) ? Again(failure) : null;

    private bool IsOn => timeProvider.GetElapsedTime(since) < pause;

    /// <summary>An attempt begins.</summary>
    public void Begin() => isTried = failure is not null;

    public void Failed(Exception why)
    {
        isTried = false;
        if (longest == TimeSpan.Zero || !SaysThatServerIsAway(why))
        {
            return;
        }
        // Attempts that were under way together count as one.
        if (failure is null || !IsOn)
        {
            pause =
                pause == TimeSpan.Zero ? longest / FirstPart
                : pause * 2 < longest ? pause * 2
                : longest;
            since = timeProvider.GetTimestamp();
        }
        failure = why;
    }

    public void Succeeded()
    {
        isTried = false;
        failure = null;
        pause = TimeSpan.Zero;
    }

    // One object thrown by many callers at once would mix their stack traces.
    private static Exception Again(Exception failure) =>
        failure switch
        {
            PostgresException refused => new PostgresException(refused.Fields),
            ServerConnectionException known => new ServerConnectionException(
                known.Failure,
                known.Code,
                known.Message,
                known.InnerException
            ),
            _ => failure,
        };

    private static bool SaysThatServerIsAway(Exception why) =>
        why switch
        {
            PostgresException refused => refused.SqlState
                is SqlState.TooManyConnections
                    or SqlState.CannotConnectNow
                    or SqlState.AdminShutdown
                    or SqlState.CrashShutdown,
            ServerConnectionException known => known.Failure
                is ServerFailure.Unreachable
                    or ServerFailure.ConnectTimedOut
                    or ServerFailure.Tls
                    or ServerFailure.Lost,
            _ => false,
        };
}

using System.Collections.Concurrent;
using Dormouse.Contracts;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Origin;
using Dormouse.Edge.Tracing;
using Dormouse.Postgres;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Caching;

/// <summary>
/// Flies the queries that fill the cache: for those who wait, one flight for each key; in the background, for answers that have become
/// stale. A flight is flown by the request that began it, and goes on for the others when that one's client leaves.
/// </summary>
internal sealed partial class CacheFills(
    AnswerCache cache,
    EdgeOptions options,
    BufferBudget budget,
    DateHeader dates,
    TimeProvider timeProvider,
    ILogger<CacheFills> logger,
    EdgeLease? lease = null
)
{
    private readonly ConcurrentDictionary<Flight, Task> refreshes = new();
    private volatile bool stopping;

    /// <summary>The answer to a query that was looked for in vain; disposes the query.</summary>
    /// <exception cref="Exception">Whatever the query fails with, the same for all who waited for it.</exception>
    public async ValueTask<ServedAnswer> AskAsync(CacheLook look, IOriginQuery query, ShapeCounters shape, CancellationToken clientGone)
    {
        CacheJoin join;
        try
        {
            join = cache.Join(look.Database, look.Key, look.Tags, look.Strategy, shape);
        }
        catch
        {
            query.Dispose();
            throw;
        }
        if (join.Flight is not { } flight)
        {
            query.Dispose();
            return ServedAnswer.Cached(join.Found);
        }
        var seat = new Seat(flight);
        try
        {
            CachedAnswer answer = join.Leads
                ? await LeadAsync(flight, seat, query, clientGone)
                : await FollowAsync(flight, query, clientGone);
            return ServedAnswer.New(answer, join.Leads, seat);
        }
        catch (Exception failure)
        {
            seat.Dispose();
            if (options.Cache.StaleOnError > TimeSpan.Zero && IsAway(failure) && Older(look) is { } older)
            {
                return older;
            }
            throw;
        }
    }

    /// <summary>Begins to fetch a new answer in place of a stale one, if none is on its way and there is room. Disposes the query.</summary>
    public void Refresh(CacheLook look, IOriginQuery query)
    {
        if (stopping || cache.TryBeginRefresh(look.Found.Entry!, look.Tags, look.Strategy) is not { } flight)
        {
            query.Dispose();
            return;
        }
        // On a thread of its own, since nobody who asked for a stale answer should wait for a connection to be taken.
        Task task = Task.Run(() => RefreshAsync(flight, query), CancellationToken.None);
        refreshes[flight] = task;
        // Put there first, so that it is not forgotten before it was remembered.
        task.ContinueWith(
            (_, ended) => refreshes.TryRemove((Flight)ended!, out Task? _),
            flight,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    /// <summary>Ends the refreshes. The flights that somebody waits for end with their requests.</summary>
    public async Task StopAsync()
    {
        stopping = true;
        foreach (Flight flight in refreshes.Keys)
        {
            flight.Abandon();
        }
        await Task.WhenAll(refreshes.Values);
    }

    private async Task<CachedAnswer> LeadAsync(Flight flight, Seat seat, IOriginQuery query, CancellationToken clientGone)
    {
        flight.Shape.Missed();
        await using CancellationTokenRegistration gone = clientGone.UnsafeRegister(static state => ((Seat)state!).Dispose(), seat);
        await FlyAsync(flight, query);
        // Whoever has left has no right to the answer's memory any more.
        return clientGone.IsCancellationRequested ? throw EdgeFailures.ClientGone(null) : await flight.Landing;
    }

    private static async Task<CachedAnswer> FollowAsync(Flight flight, IOriginQuery query, CancellationToken clientGone)
    {
        query.Dispose();
        using Stage stage = Stage.Start("share");
        try
        {
            CachedAnswer answer = await flight.Landing.WaitAsync(clientGone);
            stage.End();
            flight.Shape.Shared(answer);
            return answer;
        }
        catch (OperationCanceledException cancelled) when (clientGone.IsCancellationRequested)
        {
            throw EdgeFailures.ClientGone(cancelled);
        }
    }

    private async Task RefreshAsync(Flight flight, IOriginQuery query)
    {
        using Stage stage = Stage.Start("refresh");
        try
        {
            await query.PrepareAsync(CancellationToken.None);
            await FlyAsync(flight, query);
        }
        catch (Exception failure)
        {
            query.Dispose();
            End(flight, failure);
        }
        if (flight.Landing.Exception is { InnerException: { } cause })
        {
            Log.RefreshFailed(logger, cause.GetType().Name, (cause as DormouseException)?.Code);
        }
        else
        {
            stage.End();
        }
        flight.Leave();
    }

    /// <summary>Never throws: how it ended is the flight's landing.</summary>
    private async Task FlyAsync(Flight flight, IOriginQuery query)
    {
        var buffer = new PooledBuffer(options.Limits.MaxAnswerBytes, EdgeFailures.AnswerTooLarge, budget);
        try
        {
            string date = dates.Now();
            using var work = new CancellationTokenSource();
            flight.Begin(work);
            bool isResult = await query.WriteAnswerAsync(buffer, work.Token);
            Land(flight, buffer, date, isResult);
        }
        catch (Exception failure)
        {
            buffer.Dispose();
            End(flight, failure);
        }
        finally
        {
            query.Dispose();
        }
    }

    private void Land(Flight flight, PooledBuffer buffer, string date, bool isResult)
    {
        TimeSpan originTime = timeProvider.GetElapsedTime(flight.AskedAt);
        // What is kept gets an array of its own size; what is not stays where it is while those who wait send it.
        bool mayBeKept = isResult && buffer.Length <= options.Cache.MaxEntryBytes;
        ReadOnlyMemory<byte> json = mayBeKept ? buffer.WrittenSpan.ToArray() : buffer.Written;
        var answer = new CachedAnswer(json, flight.AskedAt, date, originTime);
        if (mayBeKept)
        {
            buffer.Dispose();
            cache.Land(flight, answer);
            flight.Land(answer, null);
        }
        else
        {
            cache.Fail(flight);
            flight.Land(answer, buffer);
        }
    }

    private void End(Flight flight, Exception failure)
    {
        cache.Fail(flight);
        flight.Shape.Failed();
        flight.Fail(failure);
    }

    // Looked for anew: what an invalidation has removed since is not given.
    private ServedAnswer? Older(in CacheLook look)
    {
        // An edge that is cut off does not know what is void.
        if (lease is { IsHeld: false })
        {
            return null;
        }
        CacheFind found = cache.Find(look.Database, look.Key, look.Strategy);
        return found.Freshness == Freshness.None ? null : ServedAnswer.Cached(found);
    }

    /// <summary>Whether the database could not be asked, as opposed to having said no.</summary>
    private static bool IsAway(Exception failure) =>
        failure switch
        {
            DormouseException known => known.Kind
                is FailureKind.Compute
                    or FailureKind.ComputeAsleep
                    or FailureKind.ControlPlane
                    or FailureKind.Host
                    or FailureKind.RateLimited
                || known.Code == EdgeFailures.QueryTimeoutCode,
            ForwardedFailure forwarded => forwarded.Reply.Status is 429 or >= 500,
            ServerConnectionException connection => connection.Failure
                is not (
                    ServerFailure.TooManyParameters
                    or ServerFailure.CopyUnsupported
                    or ServerFailure.NulInText
                    or ServerFailure.MessageTooLarge
                ),
            _ => false,
        };

    /// <summary>A place among those who wait, given up once however often that is said.</summary>
    private sealed class Seat(Flight flight) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                flight.Leave();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            4010,
            LogLevel.Information,
            "A stale answer could not be refreshed ({Failure} {Code}); it stays until its time is over."
        )]
        public static partial void RefreshFailed(ILogger logger, string failure, string? code);
    }
}

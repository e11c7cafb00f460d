using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dormouse.Contracts;
using Dormouse.Control.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Dormouse.Control.Edges;

/// <summary>
/// What edges ask their origin: the log beyond what they have applied, and whose a key is. Only at the door for edges, which has checked
/// their token (<see cref="EdgeIdentity"/>); elsewhere there is nothing here.
/// </summary>
internal sealed partial class FollowEndpoints(
    ControlOptions options,
    RevisionLog log,
    LogStore entries,
    EdgeLeases leases,
    ConnectionStore connections,
    TimeProvider time,
    ILogger<FollowEndpoints> logger
)
{
    private const int BodyBytesMax = 4096;
    private const int SessionLengthMax = 64;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(
            EdgeWire.FollowPath,
            context => HandleAsync(context, EdgeJson.Default.FollowRequest, FollowAsync, EdgeJson.Default.FollowAnswer)
        );
        routes.MapPost(
            EdgeWire.KeyPath,
            context => HandleAsync(context, EdgeJson.Default.KeyQuestion, FindKeyAsync, EdgeJson.Default.KeyAnswer)
        );
    }

    private async Task HandleAsync<TQuestion, TAnswer>(
        HttpContext context,
        JsonTypeInfo<TQuestion> questionType,
        Func<EdgeIdentity, TQuestion, CancellationToken, Task<TAnswer?>> work,
        JsonTypeInfo<TAnswer> answerType
    )
        where TQuestion : class
        where TAnswer : class
    {
        if (context.Features.Get<EdgeIdentity>() is not { } edge)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        try
        {
            TQuestion? question =
                context.Request.ContentLength <= BodyBytesMax
                    ? await JsonSerializer.DeserializeAsync(context.Request.Body, questionType, context.RequestAborted)
                    : null;
            TAnswer? answer = question is null ? null : await work(edge, question, context.RequestAborted);
            if (answer is null)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }
            byte[] body = JsonSerializer.SerializeToUtf8Bytes(answer, answerType);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
        catch (JsonException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        catch (DormouseException failure)
        {
            Log.Refused(logger, edge.Name, failure.Code, failure.Message);
            context.Response.StatusCode =
                failure.Kind == FailureKind.RateLimited ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The edge has gone; it gets its lease when it asks again.
        }
    }

    private async Task<FollowAnswer?> FollowAsync(EdgeIdentity edge, FollowRequest request, CancellationToken cancellationToken)
    {
        if (request.Session is not { Length: > 0 and <= SessionLengthMax } session)
        {
            return null;
        }
        await log.ResolveAsync(cancellationToken);
        if (request.Applied is { } applied)
        {
            leases.Applied(edge.Id, session, applied);
            // Who has no lease yet gets one at once.
            if (leases.Knows(edge.Id, session))
            {
                await leases.WaitForNewsAsync(applied, options.EdgePoll, cancellationToken);
            }
            await log.ResolveAsync(cancellationToken);
        }
        bool isOurs = leases.Knows(edge.Id, session) || await IsOursAsync(request, cancellationToken);
        FollowAnswer answer = await BeyondAsync(isOurs ? request.Applied : null, cancellationToken);
        // The lease begins at the edge when it sent its question, which was before; so it ends there before it ends here.
        return leases.TryGrant(edge.Id, session, answer.Revision)
            ? answer with
            {
                LeaseMilliseconds = (int)(options.EdgeLease - options.EdgeLeaseMargin).TotalMilliseconds,
            }
            : answer;
    }

    // An edge that comes back, after a restart of either side perhaps, may have followed the log of another store.
    private async Task<bool> IsOursAsync(FollowRequest request, CancellationToken cancellationToken) =>
        request is not { Applied: { } revision, Mark: { } mark } || await entries.MarkAsync(revision, cancellationToken) == mark;

    private async Task<FollowAnswer> BeyondAsync(long? applied, CancellationToken cancellationToken)
    {
        long head = leases.Head;
        if (applied == head)
        {
            return new FollowAnswer(head, false, 0, []);
        }
        if (applied is { } known && known < head)
        {
            List<(long Revision, LogEntry Entry, string Mark)> beyond = await entries.ReadAsync(known, cancellationToken);
            // What is committed and not published yet is for the next answer: who made it may not have done all that belongs to it.
            beyond.RemoveAll(entry => entry.Revision > head);
            if (beyond.Count > 0 && beyond[0].Revision == known + 1)
            {
                return new FollowAnswer(
                    beyond[^1].Revision,
                    false,
                    0,
                    [.. beyond.Select(entry => LogEntryResource.Of(entry.Entry))],
                    beyond[^1].Mark
                );
            }
        }
        // It begins, or what it lacks is no longer there, or its log was another one.
        return new FollowAnswer(head, true, 0, [], await entries.MarkAsync(head, cancellationToken));
    }

    // Asked of the store, not of this process's memory: what ended is known there first.
    private async Task<KeyAnswer?> FindKeyAsync(EdgeIdentity edge, KeyQuestion question, CancellationToken cancellationToken)
    {
        if (question.Key is not { } key || !KeyHash.TryCompute(key, options.KeyPepper, out KeyHash hash))
        {
            return new KeyAnswer(null, null, null);
        }
        (KeyGrant Grant, DateTimeOffset? ExpiresAt)? found = await connections.FindGrantAsync(hash, cancellationToken);
        return found is not { } known
            ? new KeyAnswer(null, null, null)
            : new KeyAnswer(
                known.Grant.Database.ToString(),
                known.Grant.Connection.ToString(),
                known.ExpiresAt is { } end ? Math.Max(0, (end - time.GetUtcNow()).TotalSeconds) : null
            );
    }

    private static partial class Log
    {
        [LoggerMessage(2070, LogLevel.Warning, "The edge {Edge} was refused: {Code} {Message}")]
        public static partial void Refused(ILogger logger, string edge, string code, string message);
    }
}

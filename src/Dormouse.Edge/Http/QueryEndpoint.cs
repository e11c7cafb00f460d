using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Http;

/// <summary>
/// <c>POST /query</c>: the life of a plain query. The numbers are those of <c>docs/life-of-a-query.md</c>.
/// <code>
/// (1) authenticate   whose key is it?                      Auth/Authenticator
/// (2) admit          within the bounds of its key?         Limits/Admission
/// (3) read           the body, bounded                     Http/RequestBody, Http/QueryRequest
/// (4) cache          is the answer here?                   Caching/CacheStep
/// (5) plan           known text, or parsed now             Engine/PlanCache
/// (6) lease          wake the instance, keep it awake      Engine/ServerAccess
/// (7) rent           a connection of its pool              Engine/ServerPools
/// (8) run            the plan's statements                 Engine/StatementRun
/// (9) give back      connection and lease                  Engine/PlanQuery
/// (10) answer        or say what went wrong                Http/Answers, Http/FailureReply
/// </code>
/// </summary>
internal sealed class QueryEndpoint(
    Authenticator authenticator,
    Admission admission,
    RequestTurns turns,
    RequestBody bodies,
    CacheStep cache,
    QueryRunner runner,
    RequestSessions sessions,
    Answers answers,
    TimeProvider timeProvider,
    EdgeMetrics metrics
)
{
    public async Task HandleAsync(HttpContext context)
    {
        using EdgeMetrics.Passage passage = metrics.Begin(context, ProtocolTag.B);
        QueryLog? log = Telemetry.WantsQueries(context.Request) ? new QueryLog(timeProvider, isComplete: false) : null;
        ServedAnswer answer;
        try
        {
            answer = await AnswerAsync(context, log);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, log, FailureForm.OfPlans);
            return;
        }
        // (10) No longer counted as in flight: what an answer holds while its client reads slowly is bounded by the buffers' budget.
        using (answer)
        {
            await answers.SendAsync(context, answer, log, FailureForm.OfPlans);
        }
    }

    private async ValueTask<ServedAnswer> AnswerAsync(HttpContext context, QueryLog? log)
    {
        KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted); // (1)
        using Admission.Ticket ticket = admission.Enter(context, grant); // (2)
        using TurnLane.Turn? turn = await turns.TakeAsync(grant.Database, context.RequestAborted);
        PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted); // (3)
        CacheLook look;
        try
        {
            look = cache.Look(context, grant.Database, "", body.WrittenSpan); // (4)
        }
        catch
        {
            body.Dispose();
            throw;
        }
        if (look.IsFresh)
        {
            body.Dispose();
            return CacheStep.Give(look);
        }
        var query = new PlanQuery(runner, sessions, grant.Database, body, log);
        return await cache.ThroughAsync(look, query, context.RequestAborted); // (5) to (9)
    }
}

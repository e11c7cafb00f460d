using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Http;

/// <summary>
/// <c>POST /query</c>: the life of a plain query. The numbers are those of <c>docs/life-of-a-query.md</c>.
/// <code>
/// (1) authenticate   whose key is it?                      Auth/Authenticator
/// (2) admit          within the bounds of its database?    Limits/Admission
/// (3) read           the body, bounded                     Http/RequestBody, Http/QueryRequest
/// (4) plan           known text, or parsed now             Engine/PlanCache
/// (5) lease          wake the instance, keep it awake      Engine/InstanceAccess
/// (6) rent           a connection of its pool              Engine/InstancePools
/// (7) run            the plan's statements                 Engine/StatementRun
/// (8) give back      connection and lease                  Engine/PooledSqlSession
/// (9) answer         or say what went wrong                Http/Answers, Http/FailureReply
/// </code>
/// </summary>
internal sealed class QueryEndpoint(
    Authenticator authenticator,
    Admission admission,
    RequestBody bodies,
    QueryRunner runner,
    RequestSessions sessions,
    Answers answers,
    TimeProvider timeProvider
)
{
    public async Task HandleAsync(HttpContext context)
    {
        QueryLog? log = Telemetry.WantsQueries(context.Request) ? new QueryLog(timeProvider, withBegin: false) : null;
        using PooledBuffer answer = answers.NewBuffer();
        try
        {
            await AnswerAsync(context, answer, log);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, log, FailureForm.OfPlans);
            return;
        }
        // (9) No longer counted as in flight: what an answer holds while its client reads slowly is bounded by the buffers' budget.
        await answers.SendAsync(context, answer.Written);
    }

    private async ValueTask AnswerAsync(HttpContext context, PooledBuffer answer, QueryLog? log)
    {
        KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted); // (1)
        using Admission.Ticket ticket = admission.Enter(grant.Database); // (2)
        using PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted); // (3)
        await sessions.RunAsync(
            grant.Database,
            log,
            (session, token) => runner.RunAsync(body, session, answer, log, token), // (4) to (8)
            context.RequestAborted
        );
    }
}

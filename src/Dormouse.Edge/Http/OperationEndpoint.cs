using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Dormouse.Edge.Schemas;
using Dormouse.Query.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dormouse.Edge.Http;

/// <summary>
/// <c>POST /{version}/{hash}/graphql</c>, alone or below an interactive transaction: the life of the queries of clients 5 and 6. The steps
/// are those of <see cref="QueryEndpoint"/>; what differs is that the server makes the SQL.
/// <code>
/// (1) authenticate   (2) admit   (3) read            as there
/// (4) cache          is the answer here?             as there; the schema is part of the key
/// (5) plan           the client's schema             Schemas/SchemaEngines
///                    known shape, or compiled now    Dormouse.Query/Operations
/// (6) to (9)         lease, rent, run, give back     as there; a batch shares them
/// (10) answer        or say what went wrong          Http/Answers, Http/OperationFailureForm
/// </code>
/// </summary>
internal sealed class OperationEndpoint(
    Authenticator authenticator,
    Admission admission,
    RequestTurns turns,
    RequestBody bodies,
    CacheStep cache,
    SchemaEngines schemas,
    OperationRunner runner,
    RequestSessions sessions,
    Answers answers,
    EdgeOptions options,
    TimeProvider timeProvider,
    EdgeMetrics metrics
)
{
    public async Task QueryAsync(HttpContext context)
    {
        using EdgeMetrics.Passage passage = metrics.Begin(context, ProtocolTag.A);
        QueryLog? log = NewLog(context);
        var form = new OperationFailureForm(isQuery: true, options.Engine);
        ServedAnswer answer;
        try
        {
            answer = await AnswerAsync(context, log, form);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, log, form);
            return;
        }
        using (answer)
        {
            await answers.SendAsync(context, answer, log, form); // (10)
        }
    }

    public async Task QueryInTransactionAsync(HttpContext context)
    {
        using EdgeMetrics.Passage passage = metrics.Begin(context, ProtocolTag.A);
        QueryLog? log = NewLog(context);
        var form = new OperationFailureForm(isQuery: true, options.Engine);
        using PooledBuffer answer = answers.NewBuffer();
        try
        {
            await RunInTransactionAsync(context, (string)context.GetRouteValue("id")!, answer, log, form);
            answer.Write("}"u8);
            log?.AppendTo(answer);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, log, form);
            return;
        }
        await answers.SendAsync(context, answer.Written);
    }

    private QueryLog? NewLog(HttpContext context) => Telemetry.LogOf(context, timeProvider, "prisma:engine:query");

    private async ValueTask<ServedAnswer> AnswerAsync(HttpContext context, QueryLog? log, OperationFailureForm form)
    {
        SchemaHash hash = OperationPath.Read(context);
        KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted); // (1)
        using Admission.Ticket ticket = admission.Enter(context, grant); // (2)
        using TurnLane.Turn? turn = await turns.TakeAsync(grant.Database, context.RequestAborted);
        PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted); // (3)
        CacheLook look;
        try
        {
            look = cache.Look(context, grant.Database, hash.ToString(), body.WrittenSpan); // (4)
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
        var query = new OperationQuery(runner, schemas, sessions, grant.Database, hash, body, form, log);
        return await cache.ThroughAsync(look, query, context.RequestAborted); // (5) to (9)
    }

    private async ValueTask RunInTransactionAsync(
        HttpContext context,
        string transaction,
        PooledBuffer answer,
        QueryLog? log,
        OperationFailureForm form
    )
    {
        SchemaHash hash = OperationPath.Read(context);
        KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted);
        using Admission.Ticket ticket = admission.Enter(context, grant);
        using PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted);
        QueryEngine engine = await schemas.GetAsync(grant.Database, hash, context.RequestAborted);
        OperationCall call = runner.Prepare(engine, body.Written, inTransaction: true);
        // A repeated request would be a second query of a transaction that the app believes to be at its first.
        form.IsSpent = true;
        await sessions.RunInTransactionAsync(
            grant.Database,
            transaction,
            call.IsBatch ? "batch query" : "query",
            log,
            (session, token) => runner.RunAsync(call, session, answer, form, token),
            context.RequestAborted
        );
    }
}

using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
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
/// (4) plan           the client's schema             Schemas/SchemaEngines
///                    known shape, or compiled now    Dormouse.Query/Operations
/// (5) to (8)         lease, rent, run, give back     as there; a batch shares them
/// (9) answer         or say what went wrong          Http/Answers, Http/OperationFailureForm
/// </code>
/// </summary>
internal sealed class OperationEndpoint(
    Authenticator authenticator,
    Admission admission,
    RequestBody bodies,
    SchemaEngines schemas,
    OperationRunner runner,
    RequestSessions sessions,
    Answers answers,
    EdgeOptions options,
    TimeProvider timeProvider
)
{
    public Task QueryAsync(HttpContext context) => AnswerAsync(context, null);

    public Task QueryInTransactionAsync(HttpContext context) => AnswerAsync(context, (string)context.GetRouteValue("id")!);

    private async Task AnswerAsync(HttpContext context, string? transaction)
    {
        QueryLog? log = Telemetry.WantsQueries(context.Request) ? new QueryLog(timeProvider, withBegin: true) : null;
        var form = new OperationFailureForm(isQuery: true, options.Engine);
        using PooledBuffer answer = answers.NewBuffer();
        try
        {
            await AnswerAsync(context, transaction, answer, log, form);
            if (log is not null)
            {
                answer.Write(",\"extensions\":"u8);
                using var writer = new Utf8JsonWriter(answer);
                log.WriteTo(writer);
            }
            answer.Write("}"u8);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, log, form);
            return;
        }
        await answers.SendAsync(context, answer.Written); // (9)
    }

    private async ValueTask AnswerAsync(
        HttpContext context,
        string? transaction,
        PooledBuffer answer,
        QueryLog? log,
        OperationFailureForm form
    )
    {
        SchemaHash hash = OperationPath.Read(context);
        KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted); // (1)
        using Admission.Ticket ticket = admission.Enter(grant.Database); // (2)
        using PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted); // (3)
        QueryEngine engine = await schemas.GetAsync(grant.Database, hash, context.RequestAborted); // (4)
        OperationCall call = runner.Prepare(engine, body.Written, transaction is not null);
        if (transaction is null)
        {
            await RunAsync(grant.Database, call, answer, log, form, context.RequestAborted); // (5) to (8)
            return;
        }
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

    private ValueTask RunAsync(
        DatabaseId database,
        OperationCall call,
        PooledBuffer answer,
        QueryLog? log,
        OperationFailureForm form,
        CancellationToken clientGone
    ) =>
        sessions.RunAsync(
            database,
            log,
            async (session, token) =>
            {
                try
                {
                    await runner.RunAsync(call, session, answer, form, token);
                }
                finally
                {
                    form.IsSpent = session.WasSeated && call.MayWrite;
                }
            },
            clientGone
        );
}

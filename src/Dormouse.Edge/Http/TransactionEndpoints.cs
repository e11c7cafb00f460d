using System.Text.Json;
using System.Text.Json.Serialization;
using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Dormouse.Edge.Transactions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dormouse.Edge.Http;

/// <summary>
/// <c>POST /transaction/start</c> and <c>POST /transaction/{id}/query|commit|rollback</c>. The steps are those of a plain query, but
/// the connection and the lease belong to the transaction and stay with it.
/// </summary>
internal sealed class TransactionEndpoints(
    Authenticator authenticator,
    Admission admission,
    RequestBody bodies,
    QueryRunner runner,
    RequestSessions sessions,
    TransactionTable transactions,
    Answers answers,
    EdgeOptions options,
    TimeProvider timeProvider,
    EdgeMetrics metrics
)
{
    private delegate ValueTask Work(HttpContext context, DatabaseId database, PooledBuffer answer, QueryLog? log);

    public Task StartAsync(HttpContext context) => AnswerAsync(context, StartAsync);

    public Task QueryAsync(HttpContext context) => AnswerAsync(context, QueryAsync);

    public Task CommitAsync(HttpContext context) => AnswerAsync(context, CommitAsync);

    public Task RollbackAsync(HttpContext context) => AnswerAsync(context, RollbackAsync);

    private async Task AnswerAsync(HttpContext context, Work work)
    {
        using EdgeMetrics.Passage passage = metrics.Begin(context, ProtocolTag.B);
        QueryLog? log = Telemetry.WantsQueries(context.Request) ? new QueryLog(timeProvider, isComplete: false) : null;
        using PooledBuffer answer = answers.NewBuffer();
        try
        {
            KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted);
            using Admission.Ticket ticket = admission.Enter(context, grant);
            await work(context, grant.Database, answer, log);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, log, FailureForm.OfPlans);
            return;
        }
        await answers.SendAsync(context, answer.Written);
    }

    private async ValueTask StartAsync(HttpContext context, DatabaseId database, PooledBuffer answer, QueryLog? log)
    {
        using PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted);
        StartRequest request = ReadStart(body.WrittenSpan);
        string id = await transactions.StartAsync(database, request, log, context.RequestAborted);
        context.Response.Headers["Prisma-Transaction-Id"] = id;
        WriteAnswer(answer, id, log);
    }

    private async ValueTask QueryAsync(HttpContext context, DatabaseId database, PooledBuffer answer, QueryLog? log)
    {
        using PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted);
        await sessions.RunInTransactionAsync(
            database,
            Id(context),
            "query",
            log,
            (session, token) => runner.RunAsync(body, session, answer, log, token),
            context.RequestAborted
        );
    }

    private async ValueTask CommitAsync(HttpContext context, DatabaseId database, PooledBuffer answer, QueryLog? log)
    {
        await sessions.EndAsync(token => transactions.CommitAsync(database, Id(context), log, token), context.RequestAborted);
        WriteAnswer(answer, null, log);
    }

    private async ValueTask RollbackAsync(HttpContext context, DatabaseId database, PooledBuffer answer, QueryLog? log)
    {
        await sessions.EndAsync(token => transactions.RollbackAsync(database, Id(context), log, token), context.RequestAborted);
        WriteAnswer(answer, null, log);
    }

    private StartRequest ReadStart(ReadOnlySpan<byte> json)
    {
        StartBody? body;
        try
        {
            body = JsonSerializer.Deserialize(json, StartJson.Default.StartBody);
        }
        catch (JsonException wrong)
        {
            throw EdgeFailures.Malformed($"the body is not what a transaction's start needs ({wrong.Path ?? "$"}).", wrong);
        }
        return body is null
            ? throw EdgeFailures.Malformed("the body is null.")
            : StartRequest.Check(body.MaxWait, body.Timeout, body.IsolationLevel, body.NewTxId, options.Transactions);
    }

    private static string Id(HttpContext context) => (string)context.GetRouteValue("id")!;

    private static void WriteAnswer(PooledBuffer answer, string? id, QueryLog? log)
    {
        using var writer = new Utf8JsonWriter(answer);
        writer.WriteStartObject();
        if (id is not null)
        {
            writer.WriteString("id"u8, id);
        }
        if (log is not null)
        {
            writer.WritePropertyName("extensions"u8);
            log.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}

/// <summary>What <c>/transaction/start</c> is sent.</summary>
internal sealed record StartBody(double? MaxWait, double? Timeout, string? IsolationLevel, string? NewTxId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StartBody))]
internal sealed partial class StartJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;
using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Dormouse.Edge.Schemas;
using Dormouse.Edge.Transactions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dormouse.Edge.Http;

/// <summary>
/// <c>POST /{version}/{hash}/transaction/start</c> and <c>POST /{version}/{hash}/itx/{id}/commit|rollback</c>: the interactive
/// transactions of clients 5 and 6, in the same table as those of client 7.
/// </summary>
internal sealed class OperationTransactionEndpoints(
    Authenticator authenticator,
    Admission admission,
    RequestBody bodies,
    SchemaEngines schemas,
    RequestSessions sessions,
    TransactionTable transactions,
    Answers answers,
    PublicOrigin origins,
    EdgeOptions options,
    TimeProvider timeProvider,
    EdgeMetrics metrics
)
{
    private delegate ValueTask<TransactionStarted?> Work(HttpContext context, SchemaHash hash, DatabaseId database, QueryLog? log);

    public Task StartAsync(HttpContext context) => AnswerAsync(context, "prisma:engine:start_transaction", StartAsync);

    public Task CommitAsync(HttpContext context) => AnswerAsync(context, "prisma:engine:commit_transaction", CommitAsync);

    public Task RollbackAsync(HttpContext context) => AnswerAsync(context, "prisma:engine:rollback_transaction", RollbackAsync);

    private async Task AnswerAsync(HttpContext context, string spanName, Work work)
    {
        using EdgeMetrics.Passage passage = metrics.Begin(context, ProtocolTag.A);
        QueryLog? log = Telemetry.LogOf(context, timeProvider, spanName);
        using PooledBuffer answer = answers.NewBuffer();
        try
        {
            SchemaHash hash = OperationPath.Read(context);
            KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted);
            using Admission.Ticket ticket = admission.Enter(context, grant);
            WriteAnswer(answer, await work(context, hash, grant.Database, log), log);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, log, new OperationFailureForm(isQuery: false, options.Engine));
            return;
        }
        await answers.SendAsync(context, answer.Written);
    }

    private async ValueTask<TransactionStarted?> StartAsync(HttpContext context, SchemaHash hash, DatabaseId database, QueryLog? log)
    {
        using PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted);
        StartRequest request = ReadStart(body.WrittenSpan);
        // A schema that is missing is uploaded now, before the transaction's time runs.
        await schemas.GetAsync(database, hash, context.RequestAborted);
        string id = await transactions.StartAsync(database, request, log, context.RequestAborted);
        // Used by the client as it stands, so that all requests of a transaction come to this very process.
        string address = $"{origins.Of(context)}/{context.GetRouteValue("version")}/{hash}/itx/{id}";
        return new TransactionStarted(id, address);
    }

    private async ValueTask<TransactionStarted?> CommitAsync(HttpContext context, SchemaHash hash, DatabaseId database, QueryLog? log)
    {
        await sessions.EndAsync(token => transactions.CommitAsync(database, Id(context), log, token), context.RequestAborted);
        return null;
    }

    private async ValueTask<TransactionStarted?> RollbackAsync(HttpContext context, SchemaHash hash, DatabaseId database, QueryLog? log)
    {
        await sessions.EndAsync(token => transactions.RollbackAsync(database, Id(context), log, token), context.RequestAborted);
        return null;
    }

    private StartRequest ReadStart(ReadOnlySpan<byte> json)
    {
        OperationStartBody? body;
        try
        {
            body = JsonSerializer.Deserialize(json, OperationStartJson.Default.OperationStartBody);
        }
        catch (JsonException wrong)
        {
            throw EdgeFailures.Malformed($"the body is not what a transaction's start needs ({wrong.Path ?? "$"}).", wrong);
        }
        return body is null
            ? throw EdgeFailures.Malformed("the body is null.")
            : StartRequest.CheckOperations(body.MaxWait, body.Timeout, body.IsolationLevel, options.Transactions);
    }

    private static string Id(HttpContext context) => (string)context.GetRouteValue("id")!;

    private static void WriteAnswer(PooledBuffer answer, TransactionStarted? started, QueryLog? log)
    {
        using var writer = new Utf8JsonWriter(answer);
        writer.WriteStartObject();
        if (started is not null)
        {
            writer.WriteString("id"u8, started.Id);
            writer.WriteStartObject("data-proxy"u8);
            writer.WriteString("endpoint"u8, started.Address);
            writer.WriteEndObject();
        }
        if (log is not null)
        {
            writer.WritePropertyName("extensions"u8);
            log.WriteTo(writer);
        }
        writer.WriteEndObject();
    }

    private sealed record TransactionStarted(string Id, string Address);
}

/// <summary>What <c>…/transaction/start</c> is sent.</summary>
internal sealed record OperationStartBody(double? MaxWait, double? Timeout, string? IsolationLevel);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OperationStartBody))]
internal sealed partial class OperationStartJson : JsonSerializerContext;

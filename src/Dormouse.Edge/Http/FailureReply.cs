using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Transactions;
using Dormouse.Postgres;
using Dormouse.Query.Failures;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Http;

/// <summary>
/// The one place that turns a failure into what a client is told: status, Prisma's code, and a text that is safe to show. What nobody
/// foresaw shows a request id only; its cause goes to the log.
/// </summary>
/// <remarks>
/// The 7.x client repeats nothing, whatever the status; older ones repeat a 5xx without a known body even for writes. So 5xx without
/// doubt about the outcome (nothing ran) is 503, and where a write may have been applied the body says so.
/// </remarks>
internal sealed record FailureReply(int Status, string? Code, string Message, LogLevel Level)
{
    /// <summary>Seconds for <c>Retry-After</c>; 0 when a repeat makes no sense.</summary>
    public int RetryAfterSeconds { get; private init; }

    /// <summary>Set for what the query engine itself answers, which has its own form.</summary>
    public PlanException? Plan { get; private init; }

    public TransactionFailure? Transaction { get; private init; }

    public static FailureReply From(Exception failure, string requestId) =>
        failure switch
        {
            PlanException plan => new(plan.HttpStatus, plan.Code, plan.Message, LogLevel.Debug) { Plan = plan },
            DatabaseErrorException refused => From(DatabaseErrors.ToPlanException(refused.Error, raw: false, refused), requestId),
            PostgresException ended when StatementRun.IsEndOfSession(ended) => From(EdgeFailures.ConnectionLost(ended), requestId),
            PostgresException refused => From(StatementRun.Refusal(refused), requestId),
            TransactionFailure transaction => new(StatusCodes.Status409Conflict, "P2028", transaction.Message, LogLevel.Debug)
            {
                Transaction = transaction,
            },
            ServerConnectionException connection => From(connection, requestId),
            DormouseException known => From(known, requestId),
            _ => Unforeseen(requestId),
        };

    /// <summary>Writes the members of the body, without the braces.</summary>
    public void WriteMembers(Utf8JsonWriter writer)
    {
        if (Plan is not null)
        {
            Plan.WriteMembers(writer);
            return;
        }
        writer.WriteString("code"u8, Code);
        if (Transaction is not null)
        {
            writer.WriteString("error"u8, Message);
            Transaction.WriteMeta(writer);
            return;
        }
        // What the gateway says, as opposed to the engine, is called "message" by clients of both protocols.
        writer.WriteString("message"u8, Message);
    }

    private static FailureReply From(DormouseException failure, string requestId) =>
        failure.Code switch
        {
            EdgeFailures.BodyTooLargeCode => Told(StatusCodes.Status413PayloadTooLarge, "P6000", failure),
            EdgeFailures.SlowBodyCode => Told(StatusCodes.Status408RequestTimeout, "P6000", failure),
            EdgeFailures.UnsupportedBodyCode => Told(StatusCodes.Status415UnsupportedMediaType, "P6000", failure),
            EdgeFailures.AnswerTooLargeCode => Told(StatusCodes.Status422UnprocessableEntity, "P6009", failure),
            EdgeFailures.QueryTimeoutCode => Told(StatusCodes.Status504GatewayTimeout, "P6004", failure),
            EdgeFailures.TransactionBoundsCode => Told(StatusCodes.Status400BadRequest, "P6005", failure),
            EdgeFailures.ConnectionWaitCode => Told(StatusCodes.Status429TooManyRequests, "P2024", failure) with { RetryAfterSeconds = 1 },
            EdgeFailures.ConnectionLostCode or EdgeFailures.CommitLostCode => Told(
                StatusCodes.Status500InternalServerError,
                "P1017",
                failure
            ) with
            {
                Level = LogLevel.Warning,
            },
            _ => ByKind(failure, requestId),
        };

    // The texts of failures of other roles may name paths and processes of the host: those stay in the log.
    private static FailureReply ByKind(DormouseException failure, string requestId) =>
        failure.Kind switch
        {
            FailureKind.Caller => Told(StatusCodes.Status400BadRequest, "P6000", failure),
            FailureKind.Auth => Told(StatusCodes.Status401Unauthorized, "P6002", failure),
            FailureKind.NotFound => new(
                StatusCodes.Status404NotFound,
                "P1003",
                "The database of this API key does not exist.",
                LogLevel.Warning
            ),
            FailureKind.Conflict => new(
                StatusCodes.Status409Conflict,
                "P6008",
                "The database is being changed or removed at this moment.",
                LogLevel.Warning
            ),
            FailureKind.ClientGone => new(StatusCodes.Status499ClientClosedRequest, "P6000", "The client has gone.", LogLevel.Debug),
            FailureKind.RateLimited => Told(StatusCodes.Status429TooManyRequests, "P5011", failure) with { RetryAfterSeconds = 1 },
            FailureKind.Quota => Told(StatusCodes.Status403Forbidden, "P6003", failure),
            FailureKind.ComputeAsleep => Away(
                "P6008",
                $"The database could not be woken. Try again; if it stays so, quote request {requestId}."
            ),
            FailureKind.Compute or FailureKind.Host => Away(
                "P1001",
                $"Can't reach the database server. Try again; if it stays so, quote request {requestId}."
            ),
            FailureKind.ControlPlane => Away("P6000", $"The API key cannot be checked at this moment. Try again; request {requestId}."),
            FailureKind.Postgres or FailureKind.Internal => Unforeseen(requestId),
            _ => Unforeseen(requestId),
        };

    private static FailureReply From(ServerConnectionException failure, string requestId) =>
        failure.Failure switch
        {
            ServerFailure.Unreachable or ServerFailure.ConnectTimedOut or ServerFailure.PoolClosed => From(
                new DormouseException(FailureKind.Compute, failure.Code, failure.Message, failure),
                requestId
            ),
            ServerFailure.Authentication => new(
                StatusCodes.Status500InternalServerError,
                "P1000",
                $"Authentication failed against the database server. Request {requestId}.",
                LogLevel.Error
            ),
            ServerFailure.PoolTimedOut or ServerFailure.PoolQueueFull => From(EdgeFailures.ConnectionWait(failure), requestId),
            ServerFailure.TooManyParameters => new(StatusCodes.Status400BadRequest, "P2029", failure.Message, LogLevel.Debug),
            ServerFailure.CopyUnsupported or ServerFailure.NulInText => new(
                StatusCodes.Status400BadRequest,
                "P2010",
                failure.Message,
                LogLevel.Debug
            ),
            ServerFailure.MessageTooLarge => new(StatusCodes.Status422UnprocessableEntity, "P6009", failure.Message, LogLevel.Debug),
            ServerFailure.CommandTimedOut => new(StatusCodes.Status504GatewayTimeout, "P6004", failure.Message, LogLevel.Information),
            ServerFailure.Lost or ServerFailure.Protocol => From(EdgeFailures.ConnectionLost(failure), requestId),
            _ => Unforeseen(requestId),
        };

    private static FailureReply Told(int status, string code, DormouseException failure) =>
        new(
            status,
            code,
            failure.Message,
            failure.Kind is FailureKind.RateLimited or FailureKind.Quota ? LogLevel.Information : LogLevel.Debug
        );

    private static FailureReply Away(string code, string message) =>
        new(StatusCodes.Status503ServiceUnavailable, code, message, LogLevel.Error) { RetryAfterSeconds = 1 };

    private static FailureReply Unforeseen(string requestId) =>
        new(
            StatusCodes.Status500InternalServerError,
            "P6000",
            $"Something went wrong inside Dormouse. Quote request {requestId}.",
            LogLevel.Error
        );
}

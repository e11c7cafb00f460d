using Dormouse.Contracts;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Origin;
using Dormouse.Edge.Schemas;
using Dormouse.Edge.Transactions;
using Dormouse.Postgres;
using Dormouse.Query.Failures;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Http;

/// <summary>
/// The one place that turns a failure into what a client is told: status, Prisma's code, and a text that is safe to show. What nobody
/// foresaw shows a request id only; its cause goes to the log. <see cref="FailureForm"/> writes it as the client's protocol wants it.
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

    /// <summary>How many connections the pool may have that had none free.</summary>
    public int? PoolSize { get; private init; }

    /// <summary>Our own code of the failure, where it has one.</summary>
    public string? Reason { get; private init; }

    /// <param name="failure">What went wrong.</param>
    /// <param name="requestId">By which the cause is found in the log.</param>
    /// <param name="errors">How PostgreSQL's refusals are said in the client's protocol.</param>
    public static FailureReply From(Exception failure, string requestId, ErrorMapping errors) =>
        failure switch
        {
            PlanException plan => new(plan.HttpStatus, plan.Code, plan.Message, LogLevel.Debug) { Plan = plan },
            DatabaseErrorException refused => From(errors.Map(refused.Error, isRaw: false, refused), requestId, errors),
            PostgresException ended when StatementRun.IsEndOfSession(ended) => From(EdgeFailures.ConnectionLost(ended), requestId, errors),
            PostgresException refused => From(StatementRun.Refusal(refused), requestId, errors),
            TransactionFailure transaction => new(StatusCodes.Status409Conflict, "P2028", transaction.Message, LogLevel.Debug)
            {
                Transaction = transaction,
            },
            ServerConnectionException connection => FromConnection(connection, requestId),
            DormouseException known => FromKnown(known, requestId),
            _ => Unforeseen(requestId),
        };

    private static FailureReply FromKnown(DormouseException failure, string requestId) =>
        ByCode(failure, requestId) with
        {
            Reason = failure.Code,
        };

    private static FailureReply ByCode(DormouseException failure, string requestId) =>
        failure.Code switch
        {
            EdgeFailures.BodyTooLargeCode or SchemaFailures.TooLargeCode => Told(StatusCodes.Status413PayloadTooLarge, "P6000", failure),
            EdgeFailures.SlowBodyCode => Told(StatusCodes.Status408RequestTimeout, "P6000", failure),
            EdgeFailures.UnsupportedBodyCode => Told(StatusCodes.Status415UnsupportedMediaType, "P6000", failure),
            EdgeFailures.AnswerTooLargeCode => Told(StatusCodes.Status422UnprocessableEntity, "P6009", failure),
            EdgeFailures.QueryTimeoutCode => Told(StatusCodes.Status504GatewayTimeout, "P6004", failure),
            EdgeFailures.TransactionBoundsCode => Told(StatusCodes.Status400BadRequest, "P6005", failure),
            // The store is spared for a while; what comes back in a second would come back ten times.
            EdgeFailures.FailedKeysCode => Told(StatusCodes.Status429TooManyRequests, "P5011", failure) with { RetryAfterSeconds = 10 },
            EdgeFailures.ConnectionWaitCode => Told(StatusCodes.Status429TooManyRequests, "P2024", failure) with { RetryAfterSeconds = 1 },
            EdgeFailures.ConnectionLostCode or EdgeFailures.CommitLostCode => Told(
                StatusCodes.Status500InternalServerError,
                "P1017",
                failure
            ) with
            {
                Level = LogLevel.Warning,
            },
            EdgeFailures.StoppingCode => Away("P6008", failure.Message) with { Level = LogLevel.Warning },
            OriginFailures.AwayCode or OriginFailures.RefusedCode => Away("P6008", failure.Message) with { Level = LogLevel.Warning },
            // Prisma's code for a client whose version the server does not serve.
            EdgeFailures.OlderProtocolCode => Told(StatusCodes.Status400BadRequest, "P6006", failure),
            SchemaFailures.MissingCode => Told(StatusCodes.Status404NotFound, "P5005", failure),
            SchemaFailures.BrokenCode => Told(StatusCodes.Status400BadRequest, "P1012", failure),
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
            FailureKind.ControlPlane => Away("P6000", $"The control store cannot be asked at this moment. Try again; request {requestId}."),
            FailureKind.Postgres or FailureKind.Internal => Unforeseen(requestId),
            _ => Unforeseen(requestId),
        };

    private static FailureReply FromConnection(ServerConnectionException failure, string requestId) =>
        failure.Failure switch
        {
            ServerFailure.Unreachable or ServerFailure.ConnectTimedOut or ServerFailure.PoolClosed or ServerFailure.Tls => FromKnown(
                new DormouseException(FailureKind.Compute, failure.Code, failure.Message, failure),
                requestId
            ),
            ServerFailure.Authentication => new(
                StatusCodes.Status500InternalServerError,
                "P1000",
                $"Authentication failed against the database server. Request {requestId}.",
                LogLevel.Error
            ),
            ServerFailure.PoolTimedOut or ServerFailure.PoolQueueFull => FromKnown(EdgeFailures.ConnectionWait(failure), requestId) with
            {
                PoolSize = failure.PoolSize,
            },
            ServerFailure.TooManyParameters => new(StatusCodes.Status400BadRequest, "P2029", failure.Message, LogLevel.Debug),
            ServerFailure.CopyUnsupported or ServerFailure.NulInText => new(
                StatusCodes.Status400BadRequest,
                "P2010",
                failure.Message,
                LogLevel.Debug
            ),
            ServerFailure.MessageTooLarge => new(StatusCodes.Status422UnprocessableEntity, "P6009", failure.Message, LogLevel.Debug),
            ServerFailure.CommandTimedOut => new(StatusCodes.Status504GatewayTimeout, "P6004", failure.Message, LogLevel.Information),
            ServerFailure.Lost or ServerFailure.Protocol => FromKnown(EdgeFailures.ConnectionLost(failure), requestId),
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

using System.Globalization;
using System.Text.Json;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Schemas;
using Dormouse.Query.Failures;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Http;

/// <summary>
/// How clients 5 and 6 are told of the failure of one request. What the engine itself answers is 200 with <c>errors</c>; the rest is an
/// HTTP status with a body that decides what the client makes of it:
/// <code>
/// errors      {"errors":[{"error","user_facing_error":{…}}]}         an error of the query, with code and meta
/// engine      {"is_panic","message","error_code"}                    an error with code; never repeated, whatever the status
/// gateway     {"code","message"}                                     by status: 401 P5007, 429 and 5xx repeated up to three times
/// missing     {"EngineNotStarted":{"reason":"SchemaMissing"}}        the client uploads its schema and repeats the request
/// startup     {"EngineNotStarted":{"reason":{"KnownEngineStartupError"}}}  an initialization error with the text; never repeated
/// </code>
/// </summary>
/// <remarks>
/// These clients repeat 429, every 5xx of the gateway's form and every cut socket, writes included. So the gateway's form is for what
/// may safely be done again: nothing was sent to the database, or nothing but reads.
/// </remarks>
internal sealed class OperationFailureForm(bool isQuery, EngineOptions engine) : FailureForm
{
    private enum Shape
    {
        Errors,
        Engine,
        Gateway,
        Missing,
        Startup,
    }

    /// <summary>Set once a statement may have been sent whose second run would not be the same as one.</summary>
    public bool IsSpent { get; set; }

    /// <summary>The number of the query in its transaction that failed; null when it was none of them.</summary>
    public int? FailedQuery { get; set; }

    public override ErrorMapping Errors => ErrorMapping.OfOperations;

    public override int StatusOf(FailureReply reply) =>
        ShapeOf(reply) switch
        {
            Shape.Errors => StatusCodes.Status200OK,
            // A read whose connection broke: to be repeated, which wakes the instance anew.
            Shape.Gateway when reply.Status == StatusCodes.Status500InternalServerError => StatusCodes.Status503ServiceUnavailable,
            _ => reply.Status,
        };

    public override void WriteMembers(Utf8JsonWriter writer, FailureReply reply)
    {
        switch (ShapeOf(reply))
        {
            case Shape.Errors:
                WriteErrors(writer, reply, FailedQuery, engine);
                break;
            case Shape.Engine:
                WriteEngineError(writer, reply);
                break;
            case Shape.Missing:
                writer.WriteStartObject("EngineNotStarted"u8);
                writer.WriteString("reason"u8, "SchemaMissing"u8);
                writer.WriteEndObject();
                break;
            case Shape.Startup:
                WriteStartupError(writer, reply);
                break;
            default:
                writer.WriteString("code"u8, reply.Code);
                writer.WriteString("message"u8, reply.Message);
                break;
        }
    }

    /// <summary>Writes the member <c>errors</c>: of a whole answer, or of one query of a batch.</summary>
    public static void WriteErrors(Utf8JsonWriter writer, FailureReply reply, int? failedQuery, EngineOptions engine)
    {
        string message = reply.Transaction?.EngineMessage ?? reply.Message;
        writer.WriteStartArray("errors"u8);
        writer.WriteStartObject();
        writer.WriteString(
            "error"u8,
            failedQuery is { } number ? string.Create(CultureInfo.InvariantCulture, $"Error in batch request {number}: {message}") : message
        );
        writer.WriteStartObject("user_facing_error"u8);
        writer.WriteBoolean("is_panic"u8, false);
        writer.WriteString("message"u8, message);
        WriteMeta(writer, reply, engine);
        if (reply.Code is not null)
        {
            writer.WriteString("error_code"u8, reply.Code);
        }
        else
        {
            writer.WriteNull("backtrace"u8);
        }
        if (failedQuery is { } index)
        {
            writer.WriteNumber("batch_request_idx"u8, index);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private Shape ShapeOf(FailureReply reply)
    {
        bool isAnswer = reply.Plan is not null || reply.Transaction is not null || reply.Reason == EdgeFailures.ConnectionWaitCode;
        return isAnswer ? (isQuery ? Shape.Errors : Shape.Engine)
            : reply.Reason == SchemaFailures.MissingCode ? Shape.Missing
            : reply.Reason == SchemaFailures.BrokenCode ? Shape.Startup
            : IsGateway(reply) ? Shape.Gateway
            : Shape.Engine;
    }

    private bool IsGateway(FailureReply reply) =>
        reply.Status switch
        {
            // Neither is ever repeated; their codes are the ones that apps know.
            StatusCodes.Status401Unauthorized or StatusCodes.Status504GatewayTimeout => true,
            StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => !IsSpent,
            StatusCodes.Status500InternalServerError => reply.Reason == EdgeFailures.ConnectionLostCode && !IsSpent,
            _ => false,
        };

    private void WriteEngineError(Utf8JsonWriter writer, FailureReply reply)
    {
        writer.WriteBoolean("is_panic"u8, false);
        string message = reply.Transaction?.EngineMessage ?? reply.Message;
        // An answer that is too large, or found no room, fails after the statements that it answers.
        bool isLate = IsSpent && reply.Reason is (EdgeFailures.AnswerTooLargeCode or EdgeFailures.OutOfBuffersCode);
        writer.WriteString("message"u8, isLate ? message + " Changes of this request may have been stored all the same." : message);
        WriteMeta(writer, reply, engine);
        // Null where the engine has no code either; the member itself is what the client looks for.
        writer.WriteString("error_code"u8, reply.Code);
    }

    private static void WriteStartupError(Utf8JsonWriter writer, FailureReply reply)
    {
        writer.WriteStartObject("EngineNotStarted"u8);
        writer.WriteStartObject("reason"u8);
        writer.WriteStartObject("KnownEngineStartupError"u8);
        writer.WriteString("msg"u8, reply.Message);
        writer.WriteString("error_code"u8, reply.Code);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteMeta(Utf8JsonWriter writer, FailureReply reply, EngineOptions engine)
    {
        if (reply.Plan is { MetaUtf8.IsEmpty: false } plan)
        {
            writer.WritePropertyName("meta"u8);
            writer.WriteRawValue(plan.MetaUtf8.Span, skipInputValidation: true);
        }
        else if (reply.Transaction is { } transaction)
        {
            writer.WriteStartObject("meta"u8);
            writer.WriteString("error"u8, transaction.EngineText);
            writer.WriteEndObject();
        }
        else if (reply.Reason == EdgeFailures.ConnectionWaitCode)
        {
            writer.WriteStartObject("meta"u8);
            writer.WriteNumber("connection_limit"u8, reply.PoolSize ?? engine.ConnectionsPerInstance);
            writer.WriteNumber("timeout"u8, engine.ConnectionWait.TotalSeconds);
            writer.WriteEndObject();
        }
    }
}

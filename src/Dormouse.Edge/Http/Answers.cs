using System.Globalization;
using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Dormouse.Edge.Origin;
using Dormouse.Edge.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Dormouse.Edge.Http;

/// <summary>
/// Sends answers: JSON with its length, and the headers that <c>withAccelerateInfo()</c> reads. Nothing goes out before the whole body
/// is known, so a request that fails late still gets a status of its own.
/// </summary>
internal sealed partial class Answers(
    EdgeOptions options,
    BufferBudget budget,
    RefusalPause pause,
    DateHeader dates,
    RequestIds requestIds,
    EdgeMetrics metrics,
    TimeProvider timeProvider,
    ILogger<Answers> logger
)
{
    private const string StatusHeader = "accelerate-cache-status";
    private const string RequestIdHeader = "cf-ray";

    // PostgreSQL's messages quote values, so they can be long, but not without end.
    private const int FailureBytes = 1024 * 1024;
    public static readonly JsonWriterOptions FailureWriting = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public PooledBuffer NewBuffer() => new(options.Limits.MaxAnswerBytes, EdgeFailures.AnswerTooLarge, budget);

    public Task SendAsync(HttpContext context, ReadOnlyMemory<byte> json) =>
        SendAsync(context, StatusCodes.Status200OK, json, requestIds.Next());

    public Task SendAsync(HttpContext context, int status, ReadOnlyMemory<byte> json) =>
        SendAsync(context, status, json, requestIds.Next());

    /// <summary>Sends the answer to a plain query, with its statements where the client listens to them and this request ran them.</summary>
    public async Task SendAsync(HttpContext context, ServedAnswer answer, QueryLog? log, FailureForm form)
    {
        HttpResponse response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        SetCacheHeaders(response.Headers, answer);
        metrics.Found(answer.Status);
        Stage.Note("dormouse.cache.status", answer.Status.Word());
        if (log is null || !answer.IsOwn)
        {
            await WriteAsync(context, answer.Json);
            return;
        }
        using PooledBuffer extended = NewBuffer();
        try
        {
            extended.Write(answer.Json.Span);
            log.AppendTo(extended);
        }
        catch (DormouseException failure)
        {
            await SendFailureAsync(context, failure, null, form);
            return;
        }
        await WriteAsync(context, extended.Written);
    }

    /// <summary>Passes on what the origin of this edge said, whether it is a success or not.</summary>
    public Task SendForwardedAsync(HttpContext context, OriginReply reply, ReadOnlyMemory<byte> body)
    {
        if (reply.Status >= StatusCodes.Status400BadRequest)
        {
            EdgeMetrics.Failed(context, reply.Status);
        }
        HttpResponse response = context.Response;
        response.StatusCode = reply.Status;
        foreach ((string name, string value) in reply.Headers)
        {
            // The number is the origin's, by which its log knows the request; the region is this edge's.
            response.Headers[name] = name.Equals(RequestIdHeader, StringComparison.OrdinalIgnoreCase)
                ? $"{value.AsSpan(0, value.AsSpan().IndexOf('-') is var end and >= 0 ? end : value.Length)}-{options.Region}"
                : value;
        }
        return WriteAsync(context, body);
    }

    /// <summary>Tells the client what went wrong, unless it has gone.</summary>
    public async Task SendFailureAsync(HttpContext context, Exception failure, QueryLog? log, FailureForm form)
    {
        if (failure is ForwardedFailure forwarded)
        {
            await SendForwardedAsync(context, forwarded.Reply, forwarded.Body);
            return;
        }
        await pause.WaitAsync(failure, context.RequestAborted);
        string requestId = requestIds.Next();
        if (failure is DormouseException { Kind: FailureKind.ClientGone } || context.Response.HasStarted)
        {
            metrics.Failed(context, null);
            context.Abort();
            return;
        }
        FailureReply reply = FailureReply.From(failure, requestId, form.Errors);
        int status = form.StatusOf(reply);
        metrics.Failed(context, reply);
        Stage.Note(Stage.FailureCode, reply.Code);
        LogFailure(reply, status, requestId, failure);
        if (reply.RetryAfterSeconds > 0)
        {
            context.Response.Headers.RetryAfter = reply.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }
        // An answer may be small where the request was not: the rest of its body is not worth reading to its end.
        if (status is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout)
        {
            context.Response.Headers.Connection = "close";
        }
        using var body = new PooledBuffer(FailureBytes, EdgeFailures.AnswerTooLarge, budget);
        using (var writer = new Utf8JsonWriter(body, FailureWriting))
        {
            writer.WriteStartObject();
            form.WriteMembers(writer, reply);
            if (log is not null)
            {
                writer.WritePropertyName("extensions"u8);
                log.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        await SendAsync(context, status, body.Written, requestId);
    }

    // What is no answer to a plain query has nothing to do with the cache: "none".
    private Task SendAsync(HttpContext context, int status, ReadOnlyMemory<byte> json, string requestId)
    {
        context.Response.StatusCode = status;
        IHeaderDictionary headers = context.Response.Headers;
        headers[StatusHeader] = "none";
        headers[RequestIdHeader] = requestId;
        headers.LastModified = dates.Now();
        return WriteAsync(context, json);
    }

    private void SetCacheHeaders(IHeaderDictionary headers, in ServedAnswer answer)
    {
        headers[StatusHeader] = answer.Status.Word() ?? "none";
        headers[RequestIdHeader] = requestIds.Next();
        if (answer.Answer is not { } known)
        {
            headers.LastModified = dates.Now();
            return;
        }
        headers.LastModified = known.LastModified;
        headers["accelerate-signature"] = known.Signature;
        if (answer.Status is CacheStatus.Ttl or CacheStatus.Swr)
        {
            headers.Age = ((long)answer.Age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    private async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        HttpResponse response = context.Response;
        response.ContentLength = json.Length;
        response.ContentType = "application/json";
        try
        {
            ValueTask writing = response.Body.WriteAsync(json, context.RequestAborted);
            // What the server's buffer takes at once needs no timer.
            await using ITimer? deadline = writing.IsCompleted
                ? null
                : timeProvider.CreateTimer(
                    static state => ((HttpContext)state!).Abort(),
                    context,
                    options.Connections.AnswerTimeout,
                    Timeout.InfiniteTimeSpan
                );
            await writing;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to hear of it.
        }
    }

    private void LogFailure(FailureReply reply, int status, string requestId, Exception failure)
    {
        if (reply.Level >= LogLevel.Warning)
        {
            Log.Failed(logger, reply.Level, requestId, status, reply.Code, failure);
        }
        else
        {
            // The text of a failed statement can quote the user's data, so below a warning only the codes are kept.
            Log.Refused(logger, reply.Level, requestId, status, reply.Code);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 4001, Message = "Request {RequestId} failed with {Status} {Code}.")]
        public static partial void Failed(ILogger logger, LogLevel level, string requestId, int status, string? code, Exception failure);

        [LoggerMessage(EventId = 4002, Message = "Request {RequestId} was answered with {Status} {Code}.")]
        public static partial void Refused(ILogger logger, LogLevel level, string requestId, int status, string? code);
    }
}

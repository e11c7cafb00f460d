using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Dormouse.Edge.Http;

/// <summary>
/// Sends answers: JSON with its length, and the headers that <c>withAccelerateInfo()</c> reads. Nothing goes out before the whole body
/// is known, so a request that fails late still gets a status of its own.
/// </summary>
internal sealed partial class Answers(EdgeOptions options, BufferBudget budget, TimeProvider timeProvider, ILogger<Answers> logger)
{
    // PostgreSQL's messages quote values, so they can be long, but not without end.
    private const int FailureBytes = 1024 * 1024;
    public static readonly JsonWriterOptions FailureWriting = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly string region = "-" + options.Region;
    private DateText lastModified = new(0, "");

    public PooledBuffer NewBuffer() => new(options.Limits.MaxAnswerBytes, EdgeFailures.AnswerTooLarge, budget);

    public Task SendAsync(HttpContext context, ReadOnlyMemory<byte> json) =>
        SendAsync(context, StatusCodes.Status200OK, json, NewRequestId());

    public Task SendAsync(HttpContext context, int status, ReadOnlyMemory<byte> json) => SendAsync(context, status, json, NewRequestId());

    /// <summary>Tells the client what went wrong, unless it has gone.</summary>
    public async Task SendFailureAsync(HttpContext context, Exception failure, QueryLog? log, FailureForm form)
    {
        string requestId = NewRequestId();
        if (failure is DormouseException { Kind: FailureKind.ClientGone } || context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        FailureReply reply = FailureReply.From(failure, requestId, form.Errors);
        int status = form.StatusOf(reply);
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

    private async Task SendAsync(HttpContext context, int status, ReadOnlyMemory<byte> json, string requestId)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentLength = json.Length;
        response.ContentType = "application/json";
        IHeaderDictionary headers = response.Headers;
        headers["accelerate-cache-status"] = CacheStatus(context.Request.Headers);
        headers["cf-ray"] = requestId;
        headers.LastModified = LastModified();
        try
        {
            await response.Body.WriteAsync(json, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to hear of it.
        }
    }

    // Nothing is cached yet: with a cache strategy each answer is truly a miss, and without one there is nothing to miss.
    private static string CacheStatus(IHeaderDictionary request)
    {
        var control = request.CacheControl;
        return control.Count == 0 || control[0] is "no-cache" or "" or null ? "none" : "miss";
    }

    private string NewRequestId() => RandomNumberGenerator.GetHexString(16, lowercase: true) + region;

    // An answer that comes from no cache was made now. The text changes once a second.
    private string LastModified()
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        long second = now.ToUnixTimeSeconds();
        DateText text = lastModified;
        if (text.Second != second)
        {
            lastModified = text = new DateText(second, HeaderUtilities.FormatDate(now));
        }
        return text.Text;
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

    private sealed record DateText(long Second, string Text);

    private static partial class Log
    {
        [LoggerMessage(EventId = 4001, Message = "Request {RequestId} failed with {Status} {Code}.")]
        public static partial void Failed(ILogger logger, LogLevel level, string requestId, int status, string? code, Exception failure);

        [LoggerMessage(EventId = 4002, Message = "Request {RequestId} was answered with {Status} {Code}.")]
        public static partial void Refused(ILogger logger, LogLevel level, string requestId, int status, string? code);
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Dormouse.Control.Management;

/// <summary>
/// What every management request goes through: the admin token, a bounded body, the work, and an answer in JSON, where a failure is
/// <c>{"error":{"code","message"}}</c> with a status by its kind.
/// </summary>
internal sealed partial class ManagementRequests(ManagementOptions options, ILogger<ManagementRequests> logger)
{
    private const string Scheme = "Bearer ";

    // Hashes of equal length are compared, so that neither the token's content nor its length can be timed.
    private readonly byte[] tokenHash = HashOf(options.AdminToken);
    private readonly byte[]? metricsTokenHash = options.MetricsToken is { } token ? HashOf(token) : null;

    public RequestDelegate Handle(Func<HttpContext, Task<Answer>> work) =>
        Guard(async context => await WriteAsync(context, await work(context)));

    /// <summary>The same for work that writes an answer of its own.</summary>
    public RequestDelegate Guard(RequestDelegate work) => Guard(work, null);

    /// <summary>The same for what the token for metrics opens too.</summary>
    public RequestDelegate GuardMetrics(RequestDelegate work) => Guard(work, metricsTokenHash);

    private RequestDelegate Guard(RequestDelegate work, byte[]? otherHash) =>
        async context =>
        {
            // As if nothing were there: at apps' doors nobody is told that there is a management endpoint elsewhere.
            if (options.HasOwnDoor && !ManagementDoor.IsAt(context))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }
            try
            {
                Authenticate(context.Request, otherHash);
                await work(context);
            }
            catch (Exception exception) when (!context.Response.HasStarted)
            {
                await FailAsync(context, exception);
            }
        };

    public Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class => ReadAsync(context, type, options.BodyBytesMax);

    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, int bytesMax)
        where T : class
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = bytesMax;
        }
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                ?? throw Malformed("it is null", null);
        }
        catch (JsonException exception)
        {
            throw Malformed($"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}", exception);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new DormouseException(
                FailureKind.Caller,
                "DM2031",
                $"The request's body is longer than {bytesMax} bytes, which is the most for this request.",
                exception
            );
        }
    }

    private static DormouseException Malformed(string where, Exception? cause) =>
        new(FailureKind.Caller, "DM2032", $"The request's body is not the JSON that is expected here: {where}.", cause);

    private static int StatusOf(FailureKind kind) =>
        kind switch
        {
            FailureKind.Caller => StatusCodes.Status400BadRequest,
            FailureKind.Auth => StatusCodes.Status401Unauthorized,
            FailureKind.NotFound => StatusCodes.Status404NotFound,
            FailureKind.Conflict => StatusCodes.Status409Conflict,
            FailureKind.ClientGone => StatusCodes.Status499ClientClosedRequest,
            FailureKind.RateLimited => StatusCodes.Status429TooManyRequests,
            FailureKind.Quota => StatusCodes.Status403Forbidden,
            FailureKind.Postgres => StatusCodes.Status422UnprocessableEntity,
            FailureKind.Compute => StatusCodes.Status502BadGateway,
            FailureKind.ComputeAsleep or FailureKind.ControlPlane => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };

    private static async Task WriteAsync(HttpContext context, Answer answer)
    {
        HttpResponse response = context.Response;
        response.StatusCode = answer.Status;
        // Answers may hold a key.
        response.Headers[HeaderNames.CacheControl] = "no-store";
        if (answer.Type is null)
        {
            return;
        }
        byte[] body = ManagementJson.Write(answer.Body, answer.Type);
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private void Authenticate(HttpRequest request, byte[]? otherHash)
    {
        string header = request.Headers.Authorization.ToString();
        string token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..] : "";
        byte[] hash = HashOf(token);
        bool isAdmin = CryptographicOperations.FixedTimeEquals(hash, tokenHash);
        bool isOther = otherHash is not null && CryptographicOperations.FixedTimeEquals(hash, otherHash);
        if (!isAdmin && !isOther)
        {
            throw new DormouseException(
                FailureKind.Auth,
                "DM2030",
                "The admin token is missing or wrong. It is in the file 'admin.token' of the platform's data folder and goes into the header "
                    + "'Authorization: Bearer …'."
            );
        }
    }

    private Task FailAsync(HttpContext context, Exception exception)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return Task.CompletedTask;
        }
        if (exception is DormouseException failure)
        {
            if (failure.Kind is FailureKind.Internal or FailureKind.Compute or FailureKind.ComputeAsleep or FailureKind.ControlPlane)
            {
                Log.Failed(logger, context.Request.Method, context.Request.Path, failure.Code, failure.Message, failure.InnerException);
            }
            return WriteErrorAsync(context, StatusOf(failure.Kind), failure.Code, failure.Message);
        }
        Log.Broken(logger, context.Request.Method, context.Request.Path, context.TraceIdentifier, exception);
        return WriteErrorAsync(
            context,
            StatusCodes.Status500InternalServerError,
            "DM2039",
            $"Dormouse failed in a way that it did not foresee. The platform's log tells more under {context.TraceIdentifier}."
        );
    }

    private static Task WriteErrorAsync(HttpContext context, int status, string code, string message)
    {
        var body = new ErrorResponse(new ErrorBody(code, message));
        return WriteAsync(context, new Answer(status, body, ManagementJson.Default.ErrorResponse));
    }

    private static partial class Log
    {
        [LoggerMessage(2030, LogLevel.Warning, "{Method} {Path} failed with {Code}: {Message}")]
        public static partial void Failed(ILogger logger, string method, string path, string code, string message, Exception? exception);

        [LoggerMessage(2031, LogLevel.Error, "{Method} {Path} broke ({Request})")]
        public static partial void Broken(ILogger logger, string method, string path, string request, Exception exception);
    }
}

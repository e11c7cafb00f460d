using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Dormouse.Edge.Http;

/// <summary>
/// Reads request bodies. Memory follows the bytes that have arrived, not the length that was announced, so that a thousand clients
/// who announce much and send little cost little.
/// </summary>
internal sealed class RequestBody(EdgeOptions options, BufferBudget budget, TimeProvider timeProvider)
{
    /// <summary>The whole body; the caller disposes it.</summary>
    public ValueTask<PooledBuffer> ReadAsync(HttpContext context, CancellationToken cancellationToken) =>
        ReadAsync(context, options.Limits.MaxBodyBytes, EdgeFailures.BodyTooLarge, cancellationToken);

    /// <summary>The whole body, with a bound of its own below the general one.</summary>
    public async ValueTask<PooledBuffer> ReadAsync(
        HttpContext context,
        int maxBytes,
        Func<int, DormouseException> tooLarge,
        CancellationToken cancellationToken
    )
    {
        HttpRequest request = context.Request;
        if (request.ContentLength > maxBytes)
        {
            throw tooLarge(maxBytes);
        }
        if (request.Headers.TryGetValue(HeaderNames.ContentEncoding, out var encoding) && encoding is not [] and not ["identity"])
        {
            throw EdgeFailures.UnsupportedBody(encoding.ToString());
        }
        var body = new PooledBuffer(maxBytes, tooLarge, budget);
        CancellationTokenSource? deadline = null;
        CancellationTokenRegistration gone = default;
        try
        {
            while (true)
            {
                ValueTask<int> reading = request.Body.ReadAsync(body.GetMemory(), deadline?.Token ?? cancellationToken);
                // Most bodies come in the packet of their headers, and need no timer. The one read that began without it is watched by
                // the server, which cuts off a client that sends nothing.
                if (!reading.IsCompleted && deadline is null)
                {
                    deadline = new CancellationTokenSource(options.Connections.BodyTimeout, timeProvider);
                    gone = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), deadline);
                }
                int read = await reading;
                if (read == 0)
                {
                    return body;
                }
                body.Advance(read);
            }
        }
        catch (BadHttpRequestException refused)
        {
            body.Dispose();
            throw refused.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => tooLarge(maxBytes),
                StatusCodes.Status408RequestTimeout => EdgeFailures.SlowBody(),
                _ => EdgeFailures.Malformed("its body ends early or is framed wrongly.", refused),
            };
        }
        catch (OperationCanceledException)
            when (deadline is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
        {
            body.Dispose();
            throw EdgeFailures.SlowBody();
        }
        catch
        {
            body.Dispose();
            throw;
        }
        finally
        {
            await gone.DisposeAsync();
            deadline?.Dispose();
        }
    }
}

using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Dormouse.Edge.Http;

/// <summary>
/// Reads request bodies. Memory follows the bytes that have arrived, not the length that was announced, so that a thousand clients
/// who announce much and send little cost little.
/// </summary>
internal sealed class RequestBody(EdgeOptions options, BufferBudget budget)
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
        try
        {
            while (true)
            {
                int read = await request.Body.ReadAsync(body.GetMemory(), cancellationToken);
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
        catch
        {
            body.Dispose();
            throw;
        }
    }
}

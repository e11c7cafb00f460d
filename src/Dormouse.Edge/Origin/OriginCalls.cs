using System.Net;
using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Microsoft.Net.Http.Headers;

namespace Dormouse.Edge.Origin;

/// <summary>Asks the origin in a client's name and reads its whole answer, within the time that a query may take and a little more.</summary>
/// <remarks>
/// The answer is read to its end before the client sees any of it, as everywhere at the front door: a connection that breaks in the middle
/// then still has a status of its own, and clients 5 and 6 take a cut socket for leave to write once more.
/// </remarks>
internal sealed class OriginCalls(
    OriginClient origin,
    OriginOptions originOptions,
    EdgeOptions options,
    StopSignal stop,
    TimeProvider timeProvider
)
{
    // About one connection, or set anew by the server.
    private static readonly HashSet<string> NotPassedOn = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Connection,
        HeaderNames.KeepAlive,
        HeaderNames.TransferEncoding,
        HeaderNames.Upgrade,
        HeaderNames.Trailer,
        HeaderNames.Date,
        HeaderNames.Server,
        HeaderNames.ContentLength,
        "Proxy-Connection",
        HeaderNames.AltSvc,
    };

    /// <summary>Asks, and reads the answer's body into <paramref name="answer"/>. Disposes the request.</summary>
    /// <exception cref="DormouseException">
    /// The origin is away (nothing was begun), the connection to it broke (what became of the request is not known), or the time is over.
    /// </exception>
    public async Task<OriginReply> AskAsync(HttpRequestMessage request, PooledBuffer answer, CancellationToken clientGone)
    {
        TimeSpan limit = options.Limits.QueryTimeout + originOptions.AnswerSlack;
        using var deadline = new RequestDeadline(limit, timeProvider, clientGone, stop.Token);
        using HttpRequestMessage used = request;
        try
        {
            using HttpResponseMessage response = await origin.SendAsync(request, deadline.Token);
            await using Stream body = await response.Content.ReadAsStreamAsync(deadline.Token);
            while (await body.ReadAsync(answer.GetMemory(), deadline.Token) is var read and > 0)
            {
                answer.Advance(read);
            }
            return ReplyOf(response);
        }
        catch (Exception failure) when (deadline.Token.IsCancellationRequested && failure is not DormouseException)
        {
            throw deadline.Explain(failure) ?? failure;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            throw EdgeFailures.ConnectionLost(failure);
        }
    }

    private static OriginReply ReplyOf(HttpResponseMessage response) =>
        new(
            (int)response.StatusCode,
            [
                .. response
                    .Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
                    .Where(header => !NotPassedOn.Contains(header.Key))
                    .Select(header => (header.Key, header.Value.ToString())),
            ]
        );
}

/// <summary>The head of what the origin said.</summary>
internal sealed record OriginReply(int Status, IReadOnlyList<(string Name, string Value)> Headers);

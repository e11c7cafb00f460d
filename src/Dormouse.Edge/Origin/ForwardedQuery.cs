using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;

namespace Dormouse.Edge.Origin;

/// <summary>
/// A query that asked for the cache, on its way to the origin. What it is, is read from its body: only what surely does nothing but read
/// may be shared and kept. The origin reads it anew, and decides what is done.
/// </summary>
/// <param name="calls">The way there.</param>
/// <param name="plans">Reads the bodies of client 7; null: the body is one of clients 5 and 6.</param>
/// <param name="body">What the client sent.</param>
/// <param name="make">Makes the request of a copy of the body; called at most once, maybe after the client's request is over.</param>
internal sealed class ForwardedQuery(OriginCalls calls, QueryRunner? plans, PooledBuffer body, Func<byte[], HttpRequestMessage> make)
    : IOriginQuery
{
    public bool MayBeCached { get; private set; }

    public QueryShape Shape { get; private set; }

    public ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        if (plans is not null)
        {
            PlanSummary summary = PlanSummary.Of(plans.Prepare(body.WrittenSpan), body.WrittenSpan);
            (MayBeCached, Shape) = (summary.OnlyReads, summary.Shape);
        }
        else
        {
            OperationSummary summary = OperationSummary.Read(body.WrittenSpan);
            MayBeCached = summary.OnlyReads;
            Shape = new QueryShape(DigestOf(summary.Name), summary.Name);
        }
        return ValueTask.CompletedTask;
    }

    public async ValueTask<bool> WriteAnswerAsync(PooledBuffer answer, CancellationToken cancellationToken)
    {
        OriginReply reply = await calls.AskAsync(make(body.WrittenSpan.ToArray()), answer, cancellationToken);
        if (reply.Status != 200)
        {
            throw new ForwardedFailure(reply, answer.WrittenSpan.ToArray());
        }
        // Errors of a query travel as 200 with "errors" first; nothing but data is kept.
        return answer.WrittenSpan.StartsWith("{\"data\":"u8);
    }

    public void Dispose() => body.Dispose();

    private static ulong DigestOf(string name) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}

using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Http;

/// <summary>The endpoints that need no database: none of them wakes an instance.</summary>
internal sealed class SmallEndpoints(
    Authenticator authenticator,
    Admission admission,
    RequestBody bodies,
    AnswerCache cache,
    IInvalidationLog edges,
    Answers answers,
    EdgeMetrics metrics
)
{
    // Each database is a PostgreSQL of ours, so the answer is the same for all of them.
    private static readonly byte[] ConnectionInfo =
        """{"provider":"postgres","connectionInfo":{"supportsRelationJoins":true}}"""u8.ToArray();
    private static readonly byte[] Empty = "{}"u8.ToArray();

    /// <summary>Asked once per client, before its first query.</summary>
    public async Task ConnectionInfoAsync(HttpContext context)
    {
        using EdgeMetrics.Passage passage = metrics.Begin(context, ProtocolTag.Other);
        try
        {
            KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted);
            using Admission.Ticket ticket = admission.Enter(context, grant);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, null, FailureForm.OfPlans);
            return;
        }
        await answers.SendAsync(context, ConnectionInfo);
    }

    /// <summary>
    /// Forgets cached answers of the key's database, here and at all edges. Once this has answered, no request that comes later gets an
    /// older answer.
    /// </summary>
    public async Task InvalidateAsync(HttpContext context)
    {
        using EdgeMetrics.Passage passage = metrics.Begin(context, ProtocolTag.Other);
        try
        {
            KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted);
            using Admission.Ticket ticket = admission.Enter(context, grant);
            using PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted);
            Invalidation invalidation = Invalidation.Parse(body.WrittenSpan, cache.Options);
            invalidation.Apply(cache, grant.Database);
            await edges.InvalidatedAsync(grant.Database, invalidation.Tags, context.RequestAborted);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, null, FailureForm.OfPlans);
            return;
        }
        await answers.SendAsync(context, Empty);
    }
}

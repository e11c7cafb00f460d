using Dormouse.Contracts;
using Dormouse.Edge.Auth;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Metrics;
using Microsoft.AspNetCore.Http;

namespace Dormouse.Edge.Origin;

/// <summary>
/// The life of a request at an edge of its own. Steps (1) to (4) are those of <see cref="QueryEndpoint"/>; the rest is the origin's.
/// <code>
/// (1) authenticate   whose key is it?                    Origin/GrantedKeys, under a lease from memory
/// (2) admit          within the bounds of its key?       Limits/Admission
/// (3) read           the body, bounded                   Http/RequestBody
/// (4) cache          under a lease: is the answer here?  Caching/CacheStep
/// (5) ask            the origin, whose key it checks     Origin/OriginCalls
/// (6) answer         as the origin said it               Http/Answers
/// </code>
/// </summary>
internal sealed class ForwardingEndpoint(
    Authenticator authenticator,
    Admission admission,
    RequestBody bodies,
    EdgeLease lease,
    CacheStep cache,
    QueryRunner plans,
    OriginRequests requests,
    OriginCalls calls,
    Answers answers,
    EdgeOptions options,
    EdgeMetrics metrics
)
{
    /// <summary>A plain query of client 7.</summary>
    public Task PlanAsync(HttpContext context) =>
        HandleAsync(context, ProtocolTag.B, FailureForm.OfPlans, isQuery: true, Telemetry.WantsQueries(context.Request));

    /// <summary>A request of clients 5 and 6 outside of interactive transactions.</summary>
    public Task OperationAsync(HttpContext context) =>
        HandleAsync(
            context,
            ProtocolTag.A,
            new OperationFailureForm(isQuery: true, options.Engine),
            isQuery: true,
            Telemetry.Wants(context.Request)
        );

    /// <summary>Whatever else client 7 asks for.</summary>
    public Task PassPlanAsync(HttpContext context) => HandleAsync(context, ProtocolTag.B, FailureForm.OfPlans, isQuery: false, false);

    /// <summary>Whatever else clients 5 and 6 ask for.</summary>
    public Task PassOperationAsync(HttpContext context) =>
        HandleAsync(context, ProtocolTag.A, new OperationFailureForm(isQuery: false, options.Engine), isQuery: false, false);

    /// <summary>What clients of all versions ask for.</summary>
    public Task PassOtherAsync(HttpContext context) => HandleAsync(context, ProtocolTag.Other, FailureForm.OfPlans, isQuery: false, false);

    private async Task HandleAsync(HttpContext context, string protocol, FailureForm form, bool isQuery, bool wantsTelemetry)
    {
        using EdgeMetrics.Passage passage = metrics.Begin(context, protocol);
        Answer answer;
        try
        {
            answer = await AnswerAsync(context, protocol, form, isQuery, wantsTelemetry);
        }
        catch (Exception failure)
        {
            await answers.SendFailureAsync(context, failure, null, form);
            return;
        }
        // (6) No longer counted as in flight, as at any front door.
        using IDisposable held = answer;
        await (
            answer.Reply is { } reply
                ? answers.SendForwardedAsync(context, reply, answer.Body!.Written)
                : answers.SendAsync(context, answer.Served, null, form)
        );
    }

    private async ValueTask<Answer> AnswerAsync(HttpContext context, string protocol, FailureForm form, bool isQuery, bool wantsTelemetry)
    {
        string schema = protocol == ProtocolTag.A ? OperationPath.Read(context).ToString() : "";
        KeyGrant grant = await authenticator.AuthenticateAsync(context, context.RequestAborted); // (1)
        using Admission.Ticket ticket = admission.Enter(context, grant); // (2)
        PooledBuffer body = await bodies.ReadAsync(context, context.RequestAborted); // (3)
        CacheLook look;
        try
        {
            // (4) First the lease, then the look: what was acknowledged before this request came is then no longer there.
            look = isQuery && lease.IsHeld ? cache.Look(context, grant.Database, schema, body.WrittenSpan) : default;
        }
        catch
        {
            body.Dispose();
            throw;
        }
        if (look.IsFresh)
        {
            body.Dispose();
            return new Answer(CacheStep.Give(look), null, null);
        }
        // Statements and spans are told to whoever's query ran them, and no answer with them is kept.
        return look.IsWanted && !wantsTelemetry
            ? new Answer(await ThroughAsync(context, look, protocol, form, body), null, null)
            : await PassAsync(context, form, body);
    }

    private async Task<ServedAnswer> ThroughAsync(HttpContext context, CacheLook look, string protocol, FailureForm form, PooledBuffer body)
    {
        // Made now: a refresh goes on when this request is over.
        HttpRequestMessage head = requests.Of(context, [], wantsNew: true);
        var query = new ForwardedQuery(calls, protocol == ProtocolTag.B ? plans : null, body, bytes => WithBody(head, bytes));
        try
        {
            return await cache.ThroughAsync(look, query, context.RequestAborted);
        }
        catch (Exception failure)
        {
            Spend(form, !query.MayBeCached && !OriginFailures.IsBefore(failure));
            throw;
        }
    }

    private async Task<Answer> PassAsync(HttpContext context, FailureForm form, PooledBuffer body)
    {
        byte[] copy = body.WrittenSpan.ToArray();
        body.Dispose();
        PooledBuffer answer = answers.NewBuffer();
        try
        {
            OriginReply reply = await calls.AskAsync(requests.Of(context, copy, wantsNew: false), answer, context.RequestAborted); // (5)
            return new Answer(default, reply, answer);
        }
        catch (Exception failure)
        {
            answer.Dispose();
            Spend(form, !OriginFailures.IsBefore(failure));
            throw;
        }
    }

    // A repeated request could write twice, once the origin may have seen the first.
    private static void Spend(FailureForm form, bool isSpent)
    {
        if (form is OperationFailureForm operations)
        {
            operations.IsSpent = isSpent;
        }
    }

    private static HttpRequestMessage WithBody(HttpRequestMessage head, byte[] body)
    {
        var content = new ByteArrayContent(body);
        foreach ((string name, var values) in head.Content!.Headers.NonValidated)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }
        head.Content = content;
        return head;
    }

    /// <summary>What is to be sent: something of the cache's, or what the origin said.</summary>
    private readonly record struct Answer(ServedAnswer Served, OriginReply? Reply, PooledBuffer? Body) : IDisposable
    {
        public void Dispose()
        {
            Served.Dispose();
            Body?.Dispose();
        }
    }
}

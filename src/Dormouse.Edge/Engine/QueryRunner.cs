using System.Text.Json;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Query.Plans;
using Dormouse.Query.Sql;

namespace Dormouse.Edge.Engine;

/// <summary>From the bytes of a query request and a session to the bytes of its answer.</summary>
internal sealed class QueryRunner(PlanCache plans, PlanInterpreter interpreter, QueryLimits queryLimits)
{
    public async ValueTask RunAsync(
        PooledBuffer body,
        ISqlSession session,
        PooledBuffer answer,
        QueryLog? log,
        CancellationToken cancellationToken
    )
    {
        (QueryPlan plan, PlanParameters parameters) = Prepare(body.WrittenSpan);
        answer.Write("{\"data\":"u8);
        await interpreter.RunAsync(plan, parameters, session, answer, cancellationToken); // (7)
        if (log is not null)
        {
            answer.Write(",\"extensions\":"u8);
            using var writer = new Utf8JsonWriter(answer);
            log.WriteTo(writer);
        }
        answer.Write("}"u8);
    }

    private (QueryPlan Plan, PlanParameters Parameters) Prepare(ReadOnlySpan<byte> body)
    {
        QueryRequest request = QueryRequest.Locate(body); // (3)
        QueryPlan plan = plans.Get(body[request.Plan]); // (4)
        return (plan, PlanParameters.Parse(body[request.Params], body[request.Comments], queryLimits));
    }
}

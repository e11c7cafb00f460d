using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tracing;
using Dormouse.Query.Plans;
using Dormouse.Query.Sql;

namespace Dormouse.Edge.Engine;

/// <summary>From the bytes of a query request and a session to the bytes of its answer.</summary>
internal sealed class QueryRunner(PlanCache plans, PlanInterpreter interpreter, QueryLimits queryLimits)
{
    /// <summary>Reads a request: its plan is known already or parsed now, its parameters are parsed each time.</summary>
    public PreparedPlan Prepare(ReadOnlySpan<byte> body)
    {
        using Stage stage = Stage.Start("plan");
        QueryRequest request = QueryRequest.Locate(body); // (3)
        KnownPlan plan = plans.Get(body[request.Plan]); // (5)
        var prepared = new PreparedPlan(request, plan, PlanParameters.Parse(body[request.Params], body[request.Comments], queryLimits));
        stage.End();
        return prepared;
    }

    public async ValueTask RunAsync(
        PooledBuffer body,
        ISqlSession session,
        PooledBuffer answer,
        QueryLog? log,
        CancellationToken cancellationToken
    )
    {
        await RunAsync(Prepare(body.WrittenSpan), session, answer, cancellationToken);
        log?.AppendTo(answer);
    }

    public async ValueTask RunAsync(PreparedPlan plan, ISqlSession session, PooledBuffer answer, CancellationToken cancellationToken)
    {
        answer.Write("{\"data\":"u8);
        await interpreter.RunAsync(plan.Known.Plan, plan.Parameters, session, answer, cancellationToken); // (8)
        answer.Write("}"u8);
    }
}

/// <summary>A request that is ready to run.</summary>
internal sealed record PreparedPlan(QueryRequest Request, KnownPlan Known, PlanParameters Parameters);

using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Limits;

namespace Dormouse.Edge.Engine;

/// <summary>A plain query of protocol B on its way to the database.</summary>
internal sealed class PlanQuery(QueryRunner runner, RequestSessions sessions, DatabaseId database, PooledBuffer body, QueryLog? log)
    : IOriginQuery
{
    private PreparedPlan? plan;
    private PlanSummary? summary;

    public bool MayBeCached => Summary.OnlyReads;

    public QueryShape Shape => Summary.Shape;

    private PlanSummary Summary => summary ??= PlanSummary.Of(Plan, body.WrittenSpan);

    private PreparedPlan Plan => plan ?? throw new InvalidOperationException("The query was not prepared.");

    public ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        plan = runner.Prepare(body.WrittenSpan);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<bool> WriteAnswerAsync(PooledBuffer answer, CancellationToken cancellationToken)
    {
        await sessions.RunAsync(
            database,
            log,
            (session, token) => runner.RunAsync(Plan, session, answer, token), // (6) to (9)
            cancellationToken
        );
        return true;
    }

    public void Dispose() => body.Dispose();
}

using System.Buffers;
using Dormouse.Contracts;
using Dormouse.Edge.Engine;
using Dormouse.Edge.Limits;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Testing;

namespace Dormouse.Bench.Reads;

/// <summary>
/// From a query's bytes to those of its answer, by what the edge does between reading a request and sending the answer: plan from the
/// cache, lease, pool, statements, JSON.
/// </summary>
/// <param name="engine">Of the bench's schema.</param>
/// <param name="server">The database.</param>
/// <param name="socketPath">Its socket, or that of a link to it.</param>
internal sealed class EngineReader(QueryEngine engine, TestPostgres server, string socketPath)
    : IInstanceHost,
        IAttachedServers,
        IAsyncDisposable
{
    private static readonly RequestLimitOptions Limits = new();

    private readonly PlanInterpreter interpreter = new(new QueryLimits(), TimeProvider.System);
    private readonly BufferBudget budget = new(Limits.MaxBufferedBytes);
    private readonly ServerPools pools = new(new EngineOptions(), TimeProvider.System);
    private readonly Lease lease = new(
        new InstanceEndpoint(DatabaseId.New(), 1, socketPath, server.User, server.Password, server.Database, 20, CancellationToken.None)
    );

    public ValueTask<IInstanceLease> LeaseAsync(DatabaseId id, CancellationToken cancellationToken) => new(lease);

    public AttachedEndpoint? Find(DatabaseId id) => null;

    /// <param name="answer">What it writes to, emptied before.</param>
    public async ValueTask ReadAsync(byte[] query, ArrayBufferWriter<byte> answer, CancellationToken cancellationToken)
    {
        answer.ResetWrittenCount();
        using var run = new StatementRun(Limits, budget, lease.Endpoint.Database, null);
        await using var session = new PooledSqlSession(new ServerAccess(this, this, pools), lease.Endpoint.Database, run, null);
        await interpreter.RunAsync(engine.Prepare(query), session, answer, cancellationToken);
    }

    public ValueTask DisposeAsync() => pools.DisposeAsync();

    private sealed record Lease(InstanceEndpoint Endpoint) : IInstanceLease
    {
        public void Dispose() { }
    }
}

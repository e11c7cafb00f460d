using System.Globalization;
using Dormouse.Contracts;
using Dormouse.Edge.Caching;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Schemas;
using Dormouse.Query.Operations;

namespace Dormouse.Edge.Engine;

/// <summary>A request of clients 5 and 6, outside of interactive transactions, on its way to the database.</summary>
internal sealed class OperationQuery(
    OperationRunner runner,
    SchemaEngines schemas,
    RequestSessions sessions,
    DatabaseId database,
    SchemaHash schema,
    PooledBuffer body,
    OperationFailureForm form,
    QueryLog? log
) : IOriginQuery
{
    private OperationCall? call;

    /// <summary>One query, known by its schema to do nothing but read. Batches are asked for without a strategy by every client.</summary>
    public bool MayBeCached => !Call.IsBatch && Call.Queries[0].Operation is { IsWrite: false, IsRaw: false };

    public QueryShape Shape =>
        Call is { IsBatch: false, Queries: [{ Operation: { } operation }] }
            ? new QueryShape(operation.ShapeDigest, operation.Name)
            : new QueryShape((ulong)Call.Queries.Count, string.Create(CultureInfo.InvariantCulture, $"batch of {Call.Queries.Count}"));

    private OperationCall Call => call ?? throw new InvalidOperationException("The query was not prepared.");

    public async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        QueryEngine engine = await schemas.GetAsync(database, schema, cancellationToken);
        call = runner.Prepare(engine, body.Written, inTransaction: false);
    }

    public async ValueTask<bool> WriteAnswerAsync(PooledBuffer answer, CancellationToken cancellationToken)
    {
        await sessions.RunAsync(
            database,
            log,
            async (session, token) =>
            {
                try
                {
                    await runner.RunAsync(Call, session, answer, form, token); // (6) to (9)
                }
                finally
                {
                    form.IsSpent = session.WasSeated && Call.MayWrite;
                }
            },
            cancellationToken
        );
        answer.Write("}"u8);
        return true;
    }

    public void Dispose() => body.Dispose();
}

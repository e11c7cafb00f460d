using System.Buffers;
using System.Text.Json;
using Dormouse.Edge.Http;
using Dormouse.Edge.Limits;
using Dormouse.Edge.Tracing;
using Dormouse.Edge.Transactions;
using Dormouse.Query.Failures;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Sql;

namespace Dormouse.Edge.Engine;

/// <summary>From the queries of one request and a session to the bytes of its answer.</summary>
internal sealed class OperationRunner(PlanInterpreter interpreter, EdgeOptions options)
{
    /// <summary>Reads the request and finds the plans of its queries.</summary>
    /// <param name="engine">Of the client's schema.</param>
    /// <param name="body">Must stay unchanged until the call has run.</param>
    /// <param name="inTransaction">Within an interactive transaction even a batch that is none is run as one.</param>
    /// <exception cref="PlanException">A query is wrong, and with it the whole request.</exception>
    public OperationCall Prepare(QueryEngine engine, ReadOnlyMemory<byte> body, bool inTransaction)
    {
        using Stage stage = Stage.Start("plan");
        OperationRequest request = OperationRequest.Locate(body.Span, options.Limits.MaxBatchQueries); // (3)
        IsolationLevel level = IsolationLevel.Find(request.IsolationLevel) ?? throw IsolationLevel.Unknown(request.IsolationLevel!);
        bool isAtomic = !request.IsBatch || request.IsTransaction || inTransaction;
        var queries = new OperationCall.Query[request.Queries.Count];
        var isRefused = false;
        for (var i = 0; i < queries.Length; i++)
        {
            try
            {
                queries[i] = new(engine.Prepare(body[request.Queries[i]]), null); // (5)
            }
            catch (PlanException wrong) when (request.IsBatch)
            {
                // Queries that merely travel together fail one by one, unless what is wrong concerns them all.
                if (!isRefused && engine.RefusalOfBatch(Bodies()) is { } merged)
                {
                    throw merged;
                }
                if (isAtomic)
                {
                    throw;
                }
                isRefused = true;
                queries[i] = new(null, wrong);
            }
        }
        PreparedMerge? merge = Array.TrueForAll(queries, query => query.Operation is not null)
            ? engine.TryMerge(Array.ConvertAll(queries, query => query.Operation!))
            : null;
        var call = new OperationCall(queries, request.IsBatch, isAtomic, request.IsTransaction && !inTransaction ? level : null)
        {
            Merge = merge,
            MissingFailsAlone =
                merge is null
                && request.IsBatch
                && isAtomic
                && Array.TrueForAll(queries, query => query.Operation!.MustFind)
                && engine.AreMerged(Bodies()),
        };
        stage.End();
        return call;

        IReadOnlyList<ReadOnlyMemory<byte>> Bodies() => [.. request.Queries.Select(place => body[place])];
    }

    /// <summary>Runs the queries in a session of their own.</summary>
    public async ValueTask RunAsync(
        OperationCall call,
        PooledSqlSession session,
        PooledBuffer answer,
        OperationFailureForm form,
        CancellationToken cancellationToken
    )
    {
        if (call.Transaction is not { } level || call.Merge is not null)
        {
            await RunAsync(call, (ISqlSession)session, answer, form, cancellationToken);
            return;
        }
        await session.BeginAsync(level, cancellationToken);
        try
        {
            await RunAsync(call, (ISqlSession)session, answer, form, cancellationToken);
        }
        catch
        {
            await TryRollbackAsync(session);
            throw;
        }
        await session.CommitAsync(cancellationToken);
    }

    /// <summary>Runs the queries one after the other and writes the answer, but for its last brace.</summary>
    public async ValueTask RunAsync(
        OperationCall call,
        ISqlSession session,
        PooledBuffer answer,
        OperationFailureForm form,
        CancellationToken cancellationToken
    )
    {
        if (!call.IsBatch)
        {
            answer.Write("{\"data\":"u8);
            await interpreter.RunAsync(call.Queries[0].Operation!, session, answer, cancellationToken); // (8)
            return;
        }
        answer.Write("{\"batchResult\":["u8);
        if (call.Merge is { } merge)
        {
            ReadOnlyMemory<byte> missing = merge.Missing is { } failure ? ErrorsOf(failure) : default;
            await interpreter.RunAsync(merge, missing, session, answer, cancellationToken);
            answer.Write("]"u8);
            return;
        }
        for (var i = 0; i < call.Queries.Count; i++)
        {
            answer.Write(i > 0 ? ","u8 : default);
            await RunQueryAsync(call, i, session, answer, form, cancellationToken);
        }
        answer.Write("]"u8);
    }

    private async ValueTask RunQueryAsync(
        OperationCall call,
        int number,
        ISqlSession session,
        PooledBuffer answer,
        OperationFailureForm form,
        CancellationToken cancellationToken
    )
    {
        int start = answer.Length;
        OperationCall.Query query = call.Queries[number];
        PlanException? wrong = query.Failure;
        if (query.Operation is { } operation)
        {
            try
            {
                answer.Write("{\"data\":"u8);
                await interpreter.RunAsync(operation, session, answer, cancellationToken);
                answer.Write("}"u8);
            }
            catch (PlanException failed) when (!call.IsAtomic || (call.MissingFailsAlone && failed.Code == "P2025"))
            {
                wrong = failed;
            }
            catch (PlanException)
            {
                form.FailedQuery = number;
                throw;
            }
        }
        if (wrong is not null)
        {
            answer.Truncate(start);
            answer.Write(ErrorsOf(wrong).Span);
        }
    }

    /// <summary>An item of a batch that failed by itself.</summary>
    private ReadOnlyMemory<byte> ErrorsOf(PlanException wrong)
    {
        var item = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(item, Answers.FailureWriting))
        {
            writer.WriteStartObject();
            OperationFailureForm.WriteErrors(writer, FailureReply.From(wrong, "", ErrorMapping.OfOperations), null, options.Engine);
            writer.WriteEndObject();
        }
        return item.WrittenMemory;
    }

    private static async ValueTask TryRollbackAsync(PooledSqlSession session)
    {
        if (session.InTransaction)
        {
            try
            {
                // The request may be cancelled already; the rollback happens all the same.
                await session.RollbackAsync(CancellationToken.None);
            }
            catch (Exception failure)
                when (failure is DatabaseErrorException or Postgres.ServerConnectionException or Postgres.PostgresException)
            {
                // The first failure is what the client must hear; a connection that cannot roll back is closed by its pool.
            }
        }
    }
}

using System.Buffers;
using System.Text.Json;
using Dormouse.Query.Failures;
using Dormouse.Query.Generators;
using Dormouse.Query.Mapping;
using Dormouse.Query.Nodes;
using Dormouse.Query.Operations;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Plans;

/// <summary>Runs query plans. Stateless between runs; one object serves all requests.</summary>
public sealed class PlanInterpreter(QueryLimits limits, TimeProvider time)
{
    /// <summary>
    /// Runs a plan and writes the JSON of the answer's "data". When it throws, the caller discards what was written.
    /// </summary>
    /// <exception cref="PlanException">What the client is to be told.</exception>
    public async ValueTask RunAsync(
        QueryPlan plan,
        PlanParameters parameters,
        ISqlSession session,
        IBufferWriter<byte> output,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(plan);
        using var answer = new AnswerWriter(output, limits.MaxAnswerBytes, cancellationToken);
        using var run = new PlanRun(plan.SlotCount, parameters, session, answer, new ValueGenerators(time), limits, cancellationToken);
        await RunAsync(plan.Root, run);
        answer.Flush();
    }

    /// <summary>
    /// Runs an operation of protocol A and writes the JSON of the answer's "data": <c>{"findManyUser":[…]}</c>. When it throws, the caller
    /// discards what was written.
    /// </summary>
    /// <exception cref="PlanException">What the client is to be told.</exception>
    public async ValueTask RunAsync(
        PreparedOperation operation,
        ISqlSession session,
        IBufferWriter<byte> output,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(operation);
        var plan = operation.Plan;
        using var answer = new AnswerWriter(output, limits.MaxAnswerBytes, cancellationToken);
        using var run = NewRun(plan.SlotCount, operation.Parameters, session, answer, cancellationToken);
        answer.Raw(plan.AnswerPrefix);
        await RunAsync(plan.Root, run);
        answer.Byte((byte)'}');
        answer.Flush();
    }

    /// <summary>
    /// Runs operations at once and writes the items of the answer's "batchResult", without its brackets. When it throws, the caller
    /// discards what was written.
    /// </summary>
    /// <param name="merge">The operations.</param>
    /// <param name="missing">The item of an operation whose record is missing, where that is a failure (<see cref="PreparedMerge.Missing"/>).</param>
    /// <param name="session">Runs the statements.</param>
    /// <param name="output">Takes the JSON.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PlanException">What the client is to be told of all of them.</exception>
    public async ValueTask RunAsync(
        PreparedMerge merge,
        ReadOnlyMemory<byte> missing,
        ISqlSession session,
        IBufferWriter<byte> output,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(merge);
        var plan = merge.Plan;
        using var answer = new AnswerWriter(output, limits.MaxAnswerBytes, cancellationToken);
        using var run = NewRun(plan.SlotCount, merge.Operations[0].Parameters, session, answer, cancellationToken);
        foreach (var key in plan.Keys)
        {
            run.Bind(key.Slot, key.ValuesOf(merge.Operations));
        }

        await RunAsync(plan.Rows, run, rows => MergedAnswer.Write(answer, merge, (RowsValue)rows, missing.Span));
        answer.Flush();
    }

    /// <param name="write">Writes the value; null where it writes itself or is plain JSON.</param>
    private static async ValueTask RunAsync(PlanNode root, PlanRun run, Action<PlanValue>? write = null)
    {
        try
        {
            var value = await root.EvaluateAsync(run);
            if (write is null)
            {
                ResultMapper.WriteUnmapped(run.Answer, value);
                return;
            }

            write(value);
        }
        catch (DatabaseErrorException e)
        {
            // BEGIN and COMMIT fail here; statements map their own errors, because they know whether they are raw.
            throw run.Errors.Map(e.Error, isRaw: false, e);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or JsonException)
        {
            throw PlanFailure.Plain("The database sent a value that does not have the form of its type.", e);
        }
    }

    /// <summary>A run of an operation of protocol A, whose values stand ready.</summary>
    private PlanRun NewRun(int slots, PlanValue[] bound, ISqlSession session, AnswerWriter answer, CancellationToken cancellationToken) =>
        new(slots, PlanParameters.None, session, answer, new ValueGenerators(time), limits, cancellationToken)
        {
            Bound = bound,
            Errors = ErrorMapping.OfOperations,
        };
}

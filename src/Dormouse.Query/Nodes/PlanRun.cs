using Dormouse.Query.Failures;
using Dormouse.Query.Generators;
using Dormouse.Query.Mapping;
using Dormouse.Query.Plans;
using Dormouse.Query.Rows;
using Dormouse.Query.Sql;
using Dormouse.Query.Values;

namespace Dormouse.Query.Nodes;

/// <summary>
/// The state of one run: parameters, the slots of let bindings, the tables to give back at the end. Used by one request at a time.
/// </summary>
internal sealed class PlanRun(
    int slotCount,
    PlanParameters parameters,
    ISqlSession session,
    AnswerWriter answer,
    ValueGenerators generators,
    QueryLimits limits,
    CancellationToken cancellationToken
) : IDisposable
{
    private readonly PlanValue?[] slots = slotCount == 0 ? [] : new PlanValue?[slotCount];
    private readonly List<RowTable> tables = [];
    private long listItems;

    public ISqlSession Session { get; } = session;

    /// <summary>The parameters of an operation of protocol A; empty for plans, which name theirs.</summary>
    public PlanValue[] Bound { get; init; } = [];

    /// <summary>How errors of the database become those of the client's protocol.</summary>
    public ErrorMapping Errors { get; init; } = ErrorMapping.OfPlans;

    public AnswerWriter Answer { get; } = answer;

    public ValueGenerators Generators { get; } = generators;

    public QueryLimits Limits { get; } = limits;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public string? SqlComment => parameters.SqlComment;

    /// <summary>The value of a name: a let binding when the plan has one in scope (its slot), else a parameter of the request.</summary>
    public PlanValue? Find(ScopeName name) => name.Slot >= 0 ? slots[name.Slot] : parameters.Find(name.Name);

    public void Bind(int slot, PlanValue value) => slots[slot] = value;

    /// <summary>Counts items of lists that the plan makes; a hostile plan could double a list at every step.</summary>
    public void Charge(int items)
    {
        listItems += items;
        if (listItems > Limits.MaxListItems)
        {
            throw PlanFailure.LimitExceeded("items of lists in a query plan", Limits.MaxListItems);
        }

        CancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>A table that may take what the earlier tables of this run have left.</summary>
    public RowTable NewTable()
    {
        var used = 0;
        foreach (var earlier in tables)
        {
            used += earlier.UsedBytes;
        }

        var table = new RowTable(Limits.MaxRows, Limits.MaxResultBytes - used);
        tables.Add(table);
        return table;
    }

    /// <summary>Runs work inside a transaction: the one that is open, or one of its own.</summary>
    public async ValueTask<T> InTransactionAsync<T>(Func<PlanRun, ValueTask<T>> work)
    {
        if (Session.InTransaction)
        {
            return await work(this);
        }

        await Session.BeginAsync(CancellationToken);
        try
        {
            var result = await work(this);
            await Session.CommitAsync(CancellationToken);
            return result;
        }
        catch (Exception)
        {
            await TryRollbackAsync();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var table in tables)
        {
            table.Dispose();
        }
    }

    private async ValueTask TryRollbackAsync()
    {
        if (!Session.InTransaction)
        {
            return;
        }

        try
        {
            // The request may be cancelled already; the rollback happens all the same, and the session bounds its time.
            await Session.RollbackAsync(CancellationToken.None);
        }
        catch (DatabaseErrorException)
        {
            // The first failure is what the client must hear; a connection that cannot roll back is not used again by its pool.
        }
    }
}

/// <summary>A name in a plan, tied to the let binding that is in scope where it stands, or free (slot -1).</summary>
internal readonly record struct ScopeName(string Name, int Slot)
{
    public override string ToString() => Slot < 0 ? Name : $"#{Slot} {Name}";
}

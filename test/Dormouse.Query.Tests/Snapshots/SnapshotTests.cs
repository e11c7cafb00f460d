using System.Buffers;
using Dormouse.Query.Failures;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Reads;
using Dormouse.Query.Tests.Reads;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Snapshots;

/// <summary>
/// The plans of reads with their SQL, on the schema of <see cref="ShapesDatabase"/>. What selects relations also has a plan of the kind
/// <c>joined</c>, in which the database joins them.
/// </summary>
public sealed class SnapshotTests(ShapesDatabase database) : IClassFixture<ShapesDatabase>
{
    private static readonly ReviewedPlans Plans = new("Reads");

    public static TheoryData<string> Names => Plans.Names;

    public static TheoryData<string> NamesWithRelations =>
        [.. Plans.Names.Select(row => row.Data).Where(name => name.StartsWith("include", StringComparison.Ordinal))];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_query_has_its_reviewed_plan_and_PostgreSQL_runs_it(string name) => ReviewAsync(name, ReadStrategy.Separate, name);

    [Theory]
    [MemberData(nameof(NamesWithRelations))]
    public Task A_query_that_is_joined_has_its_reviewed_plan_and_PostgreSQL_runs_it(string name) =>
        ReviewAsync(name, ReadStrategy.Joined, name + ".joined");

    [Fact]
    public void Every_plan_belongs_to_a_query() => Assert.Empty(Plans.PlansWithoutQuery);

    private async Task ReviewAsync(string name, ReadStrategy strategy, string plan)
    {
        var query = await Plans.QueryAsync(name, Token);
        var operation = new QueryEngine(database.Schema, new OperationCache(4, 1 << 20), Run.Limits, strategy).Prepare(query);

        await Plans.AssertReviewedAsync(plan, operation.Plan.Root.ToString(), Token);
        await RunAsync(operation);
    }

    private async Task RunAsync(PreparedOperation operation)
    {
        await using var session = await database.OpenAsync();
        var output = new ArrayBufferWriter<byte>();
        try
        {
            await new PlanInterpreter(Run.Limits, TimeProvider.System).RunAsync(operation, session, output, Token);
        }
        catch (PlanException e) when (e.Code == "P2025")
        {
            // Not found: the statement ran.
        }

        Assert.NotEmpty(session.Statements);
    }
}

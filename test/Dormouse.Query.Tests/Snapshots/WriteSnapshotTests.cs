using System.Buffers;
using System.Text;
using Dormouse.Query.Plans;
using Dormouse.Query.Tests.Sessions;
using Dormouse.Query.Tests.Writes;

namespace Dormouse.Query.Tests.Snapshots;

/// <summary>The plans of writes with their SQL, on the recorded schemas: with foreign keys, and with none, where the engine acts for them.</summary>
public sealed class WriteSnapshotTests(ZooDatabase zoo, EmulatedZooDatabase emulated)
    : IClassFixture<ZooDatabase>,
        IClassFixture<EmulatedZooDatabase>
{
    private static readonly ReviewedPlans Plans = new("Writes");
    private static readonly ReviewedPlans EmulatedPlans = new("EmulatedWrites");

    public static TheoryData<string> Names => Plans.Names;

    public static TheoryData<string> EmulatedNames => EmulatedPlans.Names;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_write_has_its_reviewed_plan_and_PostgreSQL_runs_it(string name) => CheckAsync(Plans, zoo.Database, name);

    [Theory]
    [MemberData(nameof(EmulatedNames))]
    public Task A_write_without_foreign_keys_has_its_reviewed_plan_and_PostgreSQL_runs_it(string name) =>
        CheckAsync(EmulatedPlans, emulated.Database, name);

    [Fact]
    public void Every_plan_belongs_to_a_query() => Assert.Empty(Plans.PlansWithoutQuery.Concat(EmulatedPlans.PlansWithoutQuery));

    /// <summary>The plan would fill a book: two parameters for each record, 32,766 at most in one statement.</summary>
    [Fact]
    public async Task More_records_than_one_statement_takes_are_created_by_several()
    {
        const int Records = 20_000;
        var rows = string.Join(',', Enumerable.Range(100, Records).Select(i => $$"""{"name":"n{{i}}","makerId":1}"""));
        var query = Encoding.UTF8.GetBytes(
            $$$$"""{"modelName":"Toy","action":"createMany","query":{"arguments":{"data":[{{{{rows}}}}]},"selection":{"count":true}}}"""
        );
        var operation = zoo.Database.Engine.Prepare(query);

        Assert.Equal(2, operation.Plan.Root.ToString().Split("INSERT INTO").Length - 1);
        Assert.Equal($$$$"""{"createManyToy":{"count":{{{{Records}}}}}}""", await RunAsync(zoo.Database, operation));
    }

    private static async Task CheckAsync(ReviewedPlans plans, ScenarioDatabase database, string name)
    {
        var operation = database.Engine.Prepare(await plans.QueryAsync(name, Token));

        await plans.AssertReviewedAsync(name, operation.Plan.Root.ToString(), Token);
        Assert.NotEmpty(await RunAsync(database, operation));
    }

    private static async Task<string> RunAsync(ScenarioDatabase database, Operations.PreparedOperation operation)
    {
        var session = await database.BeginAsync(Token);
        try
        {
            var output = new ArrayBufferWriter<byte>();
            await new PlanInterpreter(Run.Limits, TimeProvider.System).RunAsync(operation, session, output, Token);
            return Encoding.UTF8.GetString(output.WrittenSpan);
        }
        finally
        {
            await database.EndAsync(Token);
        }
    }
}

using System.Buffers;
using Dormouse.Query.Failures;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Reads;
using Dormouse.Query.Tests.Reads;
using Dormouse.Query.Tests.Sessions;
using Dormouse.Testing;

namespace Dormouse.Query.Tests.Snapshots;

/// <summary>
/// The plans of operations with their SQL, one pair of files a case: <c>name.query.json</c> and, as it was last reviewed,
/// <c>name.plan</c>; what selects relations also has a <c>name.joined.plan</c>, in which the database joins them. The schema is that of <see cref="ShapesDatabase"/>. The variable DORMOUSE_BLESS writes the plans anew.
/// </summary>
public sealed class SnapshotTests(ShapesDatabase database) : IClassFixture<ShapesDatabase>
{
    private const string QueryEnding = ".query.json";
    private const string PlanEnding = ".plan";
    private const string JoinedEnding = ".joined.plan";

    private static readonly string Folder = Path.Combine(Checkout.Root, "test", "Dormouse.Query.Tests", "Snapshots");

    public static TheoryData<string> Names => [.. NamesOf(QueryEnding)];

    public static TheoryData<string> NamesWithRelations =>
        [.. NamesOf(QueryEnding).Where(name => name.StartsWith("include", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_query_has_its_reviewed_plan_and_PostgreSQL_runs_it(string name) => ReviewAsync(name, ReadStrategy.Separate, PlanEnding);

    [Theory]
    [MemberData(nameof(NamesWithRelations))]
    public Task A_query_that_is_joined_has_its_reviewed_plan_and_PostgreSQL_runs_it(string name) =>
        ReviewAsync(name, ReadStrategy.Joined, JoinedEnding);

    [Fact]
    public void Every_plan_belongs_to_a_query() =>
        Assert.Empty(NamesOf(JoinedEnding).Concat(NamesOf(PlanEnding).Where(IsSeparate)).Except(NamesOf(QueryEnding)));

    private static bool IsSeparate(string name) => !(name + PlanEnding).EndsWith(JoinedEnding, StringComparison.Ordinal);

    private async Task ReviewAsync(string name, ReadStrategy strategy, string ending)
    {
        var query = await File.ReadAllBytesAsync(Path.Combine(Folder, name + QueryEnding), TestContext.Current.CancellationToken);
        var operation = new QueryEngine(database.Schema, new OperationCache(4, 1 << 20), Run.Limits, strategy).Prepare(query);
        var plan = operation.Plan.Root.ToString();
        var file = Path.Combine(Folder, name + ending);
        if (Environment.GetEnvironmentVariable("DORMOUSE_BLESS") is not null)
        {
            await File.WriteAllTextAsync(file, plan, TestContext.Current.CancellationToken);
        }

        Assert.True(File.Exists(file), $"{name} has no plan yet: set DORMOUSE_BLESS to write it.");
        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), plan);
        await RunAsync(operation);
    }

    private async Task RunAsync(PreparedOperation operation)
    {
        await using var session = await database.OpenAsync();
        var output = new ArrayBufferWriter<byte>();
        try
        {
            await new PlanInterpreter(Run.Limits, TimeProvider.System).RunAsync(
                operation,
                session,
                output,
                TestContext.Current.CancellationToken
            );
        }
        catch (PlanException e) when (e.Code == "P2025")
        {
            // Not found: the statement ran.
        }

        Assert.NotEmpty(session.Statements);
    }

    private static IEnumerable<string> NamesOf(string ending) =>
        Directory.GetFiles(Folder, "*" + ending).Select(file => Path.GetFileName(file)[..^ending.Length]).Order(StringComparer.Ordinal);
}

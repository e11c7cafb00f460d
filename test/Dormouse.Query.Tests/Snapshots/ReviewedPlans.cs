using Dormouse.Testing;

namespace Dormouse.Query.Tests.Snapshots;

/// <summary>
/// A folder of queries with their plans as they were last reviewed, one pair of files a case: <c>name.query.json</c> and
/// <c>name.plan</c>. A query that has several plans has one file for each kind, <c>name.kind.plan</c>. The variable DORMOUSE_BLESS writes the plans anew.
/// </summary>
internal sealed class ReviewedPlans(params string[] path)
{
    private const string QueryEnding = ".query.json";
    private const string PlanEnding = ".plan";

    private readonly string folder = Path.Combine([Checkout.Root, "test", "Dormouse.Query.Tests", "Snapshots", .. path]);

    public TheoryData<string> Names => [.. NamesOf(QueryEnding)];

    public IEnumerable<string> PlansWithoutQuery => NamesOf(PlanEnding).Select(name => name.Split('.')[0]).Except(NamesOf(QueryEnding));

    public Task<byte[]> QueryAsync(string name, CancellationToken cancellationToken) =>
        File.ReadAllBytesAsync(Path.Combine(folder, name + QueryEnding), cancellationToken);

    public async Task AssertReviewedAsync(string name, string plan, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, name + PlanEnding);
        if (Environment.GetEnvironmentVariable("DORMOUSE_BLESS") is not null)
        {
            await File.WriteAllTextAsync(file, plan, cancellationToken);
        }

        Assert.True(File.Exists(file), $"{name} has no plan yet: set DORMOUSE_BLESS to write it.");
        Assert.Equal(await File.ReadAllTextAsync(file, cancellationToken), plan);
    }

    private IEnumerable<string> NamesOf(string ending) =>
        Directory.GetFiles(folder, "*" + ending).Select(file => Path.GetFileName(file)[..^ending.Length]).Order(StringComparer.Ordinal);
}

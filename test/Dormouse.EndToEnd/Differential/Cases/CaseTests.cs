using Dormouse.EndToEnd.Differential.Runs;
using Dormouse.EndToEnd.Differential.Schemas;
using Dormouse.EndToEnd.Platform;
using Dormouse.Testing;

namespace Dormouse.EndToEnd.Differential.Cases;

/// <summary>
/// What once differed, and what no random operation meets often: small cases that give on Dormouse what they give on Prisma's own
/// engine. By hand: <c>DORMOUSE_CASES</c> names another folder of cases, or one case; then all answers are told.
/// </summary>
public sealed class CaseTests(SharedPlatform shared, ITestOutputHelper output)
{
    private static readonly string? ByHand = Environment.GetEnvironmentVariable("DORMOUSE_CASES");

    private static string Cases => ByHand ?? Path.Combine(Checkout.Root, "test", "Dormouse.EndToEnd", "Differential", "Cases");

    [Fact]
    public async Task Known_cases_give_what_Prismas_engine_gives()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string[] files = File.Exists(Cases) ? [Cases] : [.. Directory.GetFiles(Cases, "*.case").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(files);
        using Sides sides = await Sides.OpenAsync(shared, "cases", cancellationToken);
        using Arena arena = new(sides);
        List<string> differences = [];
        foreach (string file in files)
        {
            differences.AddRange(await DifferencesOfAsync(CaseFile.Read(file), arena, cancellationToken));
        }
        output.WriteLine(string.Join("\n\n", differences));
        Assert.Empty(differences);
    }

    private async Task<IReadOnlyList<string>> DifferencesOfAsync(CaseFile one, Arena arena, CancellationToken cancellationToken)
    {
        SchemaBlueprint schema = CaseSchema.Of(one.Schema);
        await arena.ApplyAsync(one.Schema, schema, cancellationToken);
        List<string> differences = [];
        foreach ((Step step, bool goesOn) in one.Steps)
        {
            if (!goesOn)
            {
                await arena.RefillAsync(one.Rows, cancellationToken);
            }
            Comparison comparison = await arena.RunAsync(step, cancellationToken);
            if (ByHand is not null)
            {
                output.WriteLine($"{step.Json.ToJsonString()}\n  peer     {comparison.Expected.ToJsonString()}");
            }
            if (comparison.PeerBroke || comparison.Difference is not null)
            {
                string told = comparison.Difference?.Text ?? $"  the peer broke down: {comparison.Expected.ToJsonString()}";
                differences.Add($"# {one.Name}\n{step.Json.ToJsonString()}\n{told}");
            }
        }
        return differences;
    }
}

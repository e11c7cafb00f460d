using System.Globalization;
using Dormouse.EndToEnd.Differential.Runs;
using Dormouse.EndToEnd.Platform;

namespace Dormouse.EndToEnd.Differential;

/// <summary>
/// Random operations on random rows of random schemas give on Dormouse what they give on Prisma's own engine, and leave the same rows.
/// By hand: <c>DORMOUSE_SEED</c>, <c>DORMOUSE_OPERATIONS</c>, <c>DORMOUSE_DIFFERENCES</c> (how many kinds are told before it
/// ends) and <c>DORMOUSE_ACTIONS</c> (such as <c>findMany,groupBy</c>).
/// </summary>
public sealed class DifferentialTests(SharedPlatform shared, ITestOutputHelper output)
{
    [Fact]
    public Task Random_operations_give_what_Prismas_engine_gives() => RunAsync(seed: 20_261_126, operations: 2_000);

    [Fact]
    [Trait("Category", "Long")]
    public Task Many_random_operations_give_what_Prismas_engine_gives() =>
        RunAsync((ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), operations: 50_000);

    private async Task RunAsync(ulong seed, int operations)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using Sides sides = await Sides.OpenAsync(shared, $"differential{operations}", cancellationToken);
        using Arena arena = new(sides);
        DifferentialRun run = new(
            arena,
            Setting("DORMOUSE_SEED", seed),
            (int)Setting("DORMOUSE_OPERATIONS", (ulong)operations),
            (int)Setting("DORMOUSE_DIFFERENCES", 3),
            Environment.GetEnvironmentVariable("DORMOUSE_ACTIONS")?.Split(',') ?? []
        );
        await run.RunAsync(cancellationToken);
        output.WriteLine(run.Summary);
        output.WriteLine(string.Join("\n\n", run.Differences));
        Assert.Empty(run.Differences);
    }

    private static ulong Setting(string name, ulong usual) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out ulong given)
            ? given
            : usual;
}

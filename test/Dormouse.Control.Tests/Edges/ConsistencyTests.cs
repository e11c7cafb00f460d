using System.Collections.Concurrent;

namespace Dormouse.Control.Tests.Edges;

/// <summary>
/// Writers, readers, invalidations and partitions at once, from a seed. Each answer carries the version of its row, which only grows; an
/// answer to a request that began after an invalidation was acknowledged must not be older than what was written before that.
/// </summary>
public sealed class ConsistencyTests
{
    private const int EdgeCount = 2;
    private const int Rows = 4;

    private readonly int[] acknowledged = new int[Rows + 1];
    private readonly ConcurrentQueue<string> violations = new();
    private int hits;
    private int answers;
    private int refusals;
    private int unacknowledged;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 12)]
    [InlineData(2, 12)]
    public Task After_an_acknowledged_invalidation_no_edge_gives_an_older_answer(int seed, int partitions) => RunAsync(seed, partitions);

    [Fact]
    [Trait("Category", "Long")]
    public Task Nor_does_one_in_a_long_run() => RunAsync(3, 300);

    private async Task RunAsync(int seed, int partitions)
    {
        await using EdgeFleet fleet = await EdgeFleet.StartAsync(EdgeCount, origin => origin.ConnectTimeout = TimeSpan.FromSeconds(1));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        Task[] all =
        [
            .. Enumerable.Range(1, Rows).Select(row => WriteAsync(fleet, row, new Random((seed * 100) + row), over.Token)),
            .. Enumerable
                .Range(0, 2 * EdgeCount)
                .Select(reader => ReadAsync(fleet, reader, new Random((seed * 1000) + reader), over.Token)),
        ];

        await PartitionAsync(fleet, new Random(seed), partitions);
        await over.CancelAsync();
        await Task.WhenAll(all);

        Assert.Empty(violations);
        Assert.True(hits > 0 && answers > hits, $"{hits} hits, {answers} answers, {refusals} refusals");
        Assert.True(acknowledged.Sum() > Rows, $"{acknowledged.Sum()} acknowledged, {unacknowledged} not");
        // In the end all is mended, and both edges give what was acknowledged last or what is newer.
        for (var edge = 0; edge < EdgeCount; edge++)
        {
            Assert.InRange((await ForwardingTests.KeptAsync(fleet, 1, edge)).Version, acknowledged[1], int.MaxValue);
        }
    }

    private async Task WriteAsync(EdgeFleet fleet, int row, Random random, CancellationToken over)
    {
        for (var version = 1; !over.IsCancellationRequested; version++)
        {
            (await fleet.Direct.WriteAsync(row, version)).Succeeded();
            // At any front door, be it one that is cut off: then it is refused, and nothing is promised.
            int door = random.Next(EdgeCount + 1);
            EdgeClient client = door < EdgeCount ? fleet.Edges[door].Client : fleet.Direct;
            EdgeReply reply = await client.InvalidateAsync(random.Next(4) == 0 ? null : row);
            if (reply.Status == 200)
            {
                Volatile.Write(ref acknowledged[row], version);
            }
            else
            {
                Interlocked.Increment(ref unacknowledged);
            }
        }
    }

    private async Task ReadAsync(EdgeFleet fleet, int reader, Random random, CancellationToken over)
    {
        EdgeClient client = fleet.Edges[reader % EdgeCount].Client;
        while (!over.IsCancellationRequested)
        {
            int row = random.Next(1, Rows + 1);
            int atLeast = Volatile.Read(ref acknowledged[row]);
            // Short-lived ones too, so that there are refreshes in the background.
            EdgeReply reply = await client.ReadAsync(row, random.Next(2) == 0 ? "max-age=600" : "max-age=0.01,stale-while-revalidate=600");
            if (reply.Status != 200)
            {
                Interlocked.Increment(ref refusals);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
                continue;
            }
            Interlocked.Increment(ref answers);
            if (reply.Cache is "ttl" or "swr")
            {
                Interlocked.Increment(ref hits);
            }
            if (reply.Version < atLeast)
            {
                violations.Enqueue(
                    $"edge {reader % EdgeCount}, row {row}: {reply.Version} ({reply.Cache}) after {atLeast} was acknowledged"
                );
            }
        }
    }

    private static async Task PartitionAsync(EdgeFleet fleet, Random random, int partitions)
    {
        for (var i = 0; i < partitions; i++)
        {
            PartitionProxy wire = fleet.Edges[random.Next(EdgeCount)].Wire;
            (random.Next(2) == 0 ? (Action)wire.Cut : wire.Clog)();
            await Task.Delay(random.Next(1500) * TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancelled);
            wire.Mend();
            await Task.Delay(random.Next(400) * TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancelled);
        }
    }
}

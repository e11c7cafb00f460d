using System.Text.Json.Nodes;
using Dormouse.Bench.Load;

namespace Dormouse.Bench.Query;

/// <summary>The same operations on several sides, in rounds: ours first in <paramref name="sides"/>.</summary>
internal sealed class Contest(Side[] sides, string[] operations, int[] concurrencies, QueryFigures figures)
{
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(1.5);

    /// <summary>Long enough for both just-in-time compilers to settle.</summary>
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(4);

    /// <summary>A side that answered something else would be measured doing other work.</summary>
    /// <param name="alike">The operations that answer the same however often they are asked.</param>
    public async Task CheckSameAnswersAsync(IEnumerable<string> alike, CancellationToken cancellationToken)
    {
        foreach (string operation in alike)
        {
            JsonNode? our = DataOf(await sides[0].AskAsync(operation, cancellationToken));
            foreach (Side side in sides[1..])
            {
                JsonNode? their = DataOf(await side.AskAsync(operation, cancellationToken));
                if (our is null || !JsonNode.DeepEquals(our, their))
                {
                    throw new InvalidOperationException(
                        $"The sides answer {operation} differently.\n{sides[0].Name}: {our?.ToJsonString()}\n{side.Name}: {their?.ToJsonString()}"
                    );
                }
            }
        }
    }

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        foreach (string operation in operations)
        {
            foreach (Side side in sides)
            {
                await side.RunAsync(operation, concurrencies.Max(), WarmUpTime, cancellationToken);
            }
        }
    }

    public async Task RunRoundAsync(int round, CancellationToken cancellationToken)
    {
        foreach (int inFlight in concurrencies)
        {
            foreach (string operation in operations)
            {
                // Who goes first changes from round to round, so that nobody always meets the caches as another left them.
                for (int turn = 0; turn < sides.Length; turn++)
                {
                    Side side = sides[(round + turn) % sides.Length];
                    LoadRound result = await side.RunAsync(operation, inFlight, RoundTime, cancellationToken);
                    figures.Add(side.Name, operation, inFlight, result);
                }
            }
        }
    }

    private static JsonNode? DataOf(byte[] body) => JsonNode.Parse(body)?["data"];
}

using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Rows;
using Dormouse.EndToEnd.Differential.Schemas;

namespace Dormouse.EndToEnd.Differential.Runs;

/// <summary>
/// Makes a trial smaller while its sides still differ: leaves away steps, parts of operations, rows, models and fields, one at a time and
/// again from the beginning as long as something could go. Bounded in attempts, each of which asks both sides.
/// </summary>
internal sealed class Shrinker(Arena arena, Trial trial, Difference difference)
{
    private const int AttemptsMax = 400;

    private int attempts;

    public Trial Smallest { get; private set; } = trial;

    public Difference Difference { get; private set; } = difference;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        bool smaller = true;
        while (smaller && attempts < AttemptsMax)
        {
            smaller = await StepsAsync(cancellationToken);
            smaller |= await RowsAsync(cancellationToken);
            smaller |= await SchemaAsync(cancellationToken);
        }
    }

    private async Task<bool> StepsAsync(CancellationToken cancellationToken)
    {
        bool any = false;
        bool again = true;
        while (again)
        {
            again = false;
            foreach (JsonArray steps in JsonReductions.Of(Smallest.Steps))
            {
                if (await AttemptAsync(Smallest with { Steps = steps }, cancellationToken))
                {
                    any = again = true;
                    break;
                }
            }
        }
        return any;
    }

    private async Task<bool> RowsAsync(CancellationToken cancellationToken)
    {
        bool any = false;
        for (int i = Smallest.Rows.Links.Count - 1; i >= 0; i--)
        {
            RowSet fewer = Smallest.Rows with { Links = [.. Smallest.Rows.Links.Where((_, index) => index != i)] };
            any |= await AttemptAsync(Smallest with { Rows = fewer }, cancellationToken);
        }
        for (int i = Smallest.Rows.Rows.Count - 1; i >= 0; i--)
        {
            RowSet fewer = Smallest.Rows with { Rows = [.. Smallest.Rows.Rows.Where((_, index) => index != i)] };
            any |= await AttemptAsync(Smallest with { Rows = fewer }, cancellationToken);
        }
        return any;
    }

    private async Task<bool> SchemaAsync(CancellationToken cancellationToken)
    {
        bool any = false;
        bool again = true;
        while (again)
        {
            again = false;
            foreach (Trial smaller in SchemaReductions.Of(Smallest))
            {
                if (await AttemptAsync(smaller, cancellationToken))
                {
                    any = again = true;
                    break;
                }
            }
        }
        return any;
    }

    private async Task<bool> AttemptAsync(Trial candidate, CancellationToken cancellationToken)
    {
        if (attempts >= AttemptsMax)
        {
            return false;
        }
        attempts++;
        try
        {
            if (await arena.TryAsync(candidate, cancellationToken) is not { } found || found.Codes != Difference.Codes)
            {
                return false;
            }
            (Smallest, Difference) = (candidate, found);
            return true;
        }
        catch (Exception unfit) when (unfit is HttpRequestException or InvalidOperationException)
        {
            // Rows without the rows that they lead to, a schema that is none: no smaller trial.
            return false;
        }
    }
}

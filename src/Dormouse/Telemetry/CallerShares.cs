namespace Dormouse.Telemetry;

/// <summary>
/// Who may have how many of a second's recorded requests: of k callers that asked for some lately, each may have the (k + 1)th part, so
/// that there is always one part left for who comes next. Thread-safe.
/// </summary>
internal sealed class CallerShares(int requestsPerSecond, TimeProvider timeProvider)
{
    /// <summary>Callers that are counted apart in a second; those beyond share one part. There are fewer databases awake on a host.</summary>
    private const int MaxCallers = 1_000;

    private const string Others = "";

    private readonly Lock changing = new();
    private readonly Dictionary<string, int> taken = new(StringComparer.Ordinal);
    private long second = long.MinValue;
    private int callersBefore;

    /// <param name="caller">Whose request it is; null: of somebody whose key is not known.</param>
    public bool TryTake(string? caller)
    {
        lock (changing)
        {
            Turn(timeProvider.GetTimestamp() / timeProvider.TimestampFrequency);
            string counted = caller is not null && (taken.ContainsKey(caller) || taken.Count < MaxCallers) ? caller : Others;
            int had = taken.GetValueOrDefault(counted);
            taken[counted] = had;
            int callers = Math.Max(taken.Count, callersBefore);
            if (had >= Math.Max(1, requestsPerSecond / (callers + 1)))
            {
                return false;
            }
            taken[counted] = had + 1;
            return true;
        }
    }

    private void Turn(long now)
    {
        if (now == second)
        {
            return;
        }
        callersBefore = now == second + 1 ? taken.Count : 0;
        taken.Clear();
        second = now;
    }
}

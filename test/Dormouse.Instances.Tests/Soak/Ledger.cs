using System.Collections.Concurrent;

namespace Dormouse.Instances.Tests.Soak;

/// <summary>
/// What a database must hold: each write is a pair of numbers in one transaction. One that was acknowledged is there, whole and once; one whose
/// answer was lost may be there, whole; nothing else is. Thread-safe.
/// </summary>
internal sealed class Ledger
{
    public const string Table = "CREATE TABLE ledger (write int NOT NULL, half int NOT NULL)";

    private readonly ConcurrentDictionary<int, bool> writes = new();
    private int last;

    public int Acknowledged => writes.Count(write => write.Value);

    public int Begin()
    {
        int write = Interlocked.Increment(ref last);
        writes[write] = false;
        return write;
    }

    public void Acknowledge(int write) => writes[write] = true;

    /// <param name="rows">Every row as <c>write:half</c>, in any order, between commas.</param>
    public void Check(string? rows)
    {
        ILookup<int, string> found = (rows ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .ToLookup(row => int.Parse(row.Split(':')[0], System.Globalization.CultureInfo.InvariantCulture), row => row.Split(':')[1]);
        foreach ((int write, bool acknowledged) in writes)
        {
            string[] halves = [.. found[write].Order(StringComparer.Ordinal)];
            Assert.True(
                halves is ["1", "2"] || (halves is [] && !acknowledged),
                $"Write {write} ({acknowledged}): {string.Join(' ', halves)}"
            );
        }
        Assert.All(found, group => Assert.True(writes.ContainsKey(group.Key), $"Nobody wrote {group.Key}."));
    }
}

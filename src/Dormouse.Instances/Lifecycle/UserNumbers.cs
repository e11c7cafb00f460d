using System.Security.Cryptography;
using Dormouse.Contracts;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// A user of its own for each instance of this data folder, where the platform runs as root. Drawn and not counted up, so that another platform on
/// this host hardly ever gives the same; should it happen, the sandboxes still keep the two apart. Thread-safe.
/// </summary>
internal sealed class UserNumbers(int first)
{
    private const int Count = 100_000;

    private readonly Lock gate = new();
    private readonly Dictionary<DatabaseId, int> numbers = [];
    private readonly HashSet<int> taken = [];

    public void Note(DatabaseId id, int number)
    {
        lock (gate)
        {
            numbers[id] = number;
            taken.Add(number);
        }
    }

    /// <summary>The same again if the instance has one: a creation that is repeated costs no second.</summary>
    public int Take(DatabaseId id)
    {
        lock (gate)
        {
            if (!numbers.TryGetValue(id, out int number))
            {
                number = Draw();
                numbers[id] = number;
            }
            return number;
        }
    }

    /// <summary>For what belongs to no instance yet; see <see cref="Note"/>.</summary>
    public int Take()
    {
        lock (gate)
        {
            return Draw();
        }
    }

    private int Draw()
    {
        int start = RandomNumberGenerator.GetInt32(Count);
        for (int i = 0; i < Count; i++)
        {
            int number = first + ((start + i) % Count);
            if (taken.Add(number))
            {
                return number;
            }
        }
        throw WakeFailures.NoUidLeft(first, Count);
    }

    public void Free(DatabaseId id)
    {
        lock (gate)
        {
            if (numbers.Remove(id, out int number))
            {
                taken.Remove(number);
            }
        }
    }
}

using System.Numerics;
using Dormouse.Query.Rows;

namespace Dormouse.Query.Joins;

/// <summary>
/// Groups the rows of a list by a key: an open hash table of row numbers, so that a join costs two arrays and no object per row.
/// </summary>
internal sealed class RowGroups
{
    private readonly KeyColumns keys;
    private readonly int[] buckets;
    private readonly List<(int Hash, int Row)> groups = [];

    public RowGroups(KeyColumns keys, int expected)
    {
        this.keys = keys;
        // At most half full, so that probing stays short.
        buckets = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, expected * 2))];
    }

    public int Count => groups.Count;

    /// <summary>The group of a row of the own table, made when it is new.</summary>
    public int Add(int row)
    {
        var hash = keys.HashOf(row);
        ref var bucket = ref Bucket(keys, row, hash);
        if (bucket == 0)
        {
            groups.Add((hash, row));
            bucket = groups.Count;
        }

        return bucket - 1;
    }

    /// <summary>The group that a row of another table belongs to, or -1.</summary>
    public int Find(KeyColumns other, int row) => Bucket(other, row, other.HashOf(row)) - 1;

    private ref int Bucket(KeyColumns other, int row, int hash)
    {
        var mask = buckets.Length - 1;
        for (var at = hash & mask; ; at = (at + 1) & mask)
        {
            ref var bucket = ref buckets[at];
            if (bucket == 0 || (groups[bucket - 1].Hash == hash && keys.AreEqual(groups[bucket - 1].Row, other, row)))
            {
                return ref bucket;
            }
        }
    }
}

using Dormouse.Query.Caching;
using Dormouse.Query.Documents;

namespace Dormouse.Query.Operations;

/// <summary>
/// Compiled operations by schema and shape, for all schemas of a process together. Where a plan depends on the value of a literal, the
/// shape's entry says which literals are to be looked at, and the plan is kept under the shape and their values.
/// </summary>
public sealed class OperationCache(int maxEntries, long maxBytes)
{
    /// <summary>Rough, and meant to be rather too high: nodes, SQL texts and structures of a plan in proportion to its shape.</summary>
    private const int BytesPerShapeByte = 24;

    private const int PlanBytes = 4096;

    // 0xFF does not occur in UTF-8, so parts of a key cannot run into each other.
    private const byte Separator = 0xFF;

    private readonly SecondChanceCache<Entry> entries = new(maxEntries, maxBytes);
    private long lastSchema;

    public int Count => entries.Count;

    public long UsedBytes => entries.UsedBytes;

    /// <summary>A number that sets the keys of one schema apart from those of all others.</summary>
    internal long NewSchemaNumber() => Interlocked.Increment(ref lastSchema);

    internal OperationPlan? Find(ShapeBuffer shape, LiteralTable literals)
    {
        if (!entries.TryGet(shape.Written, out var entry))
        {
            return null;
        }

        if (entry.Facts.Length == 0)
        {
            return entry.Plan;
        }

        var length = shape.Length;
        AppendFacts(shape, entry.Facts, literals);
        var found = entries.TryGet(shape.Written, out var variant) ? variant.Plan : null;
        shape.Length = length;
        return found;
    }

    internal void Add(ShapeBuffer shape, LiteralTable literals, IReadOnlyCollection<LiteralFact> facts, OperationPlan plan)
    {
        var bytes = PlanBytes + ((long)BytesPerShapeByte * shape.Length);
        LiteralFact[] known = entries.TryGet(shape.Written, out var entry) ? entry.Facts : [];
        // Another document of this shape may have made its compiler look elsewhere: all facts together are the key.
        LiteralFact[] all = [.. known.Union(facts).OrderBy(fact => fact.Literal).ThenBy(fact => fact.Kind)];
        if (all.Length == 0)
        {
            entries.Set(shape.Written, new Entry([], plan), bytes);
            return;
        }

        if (entry is null || !all.AsSpan().SequenceEqual(known))
        {
            entries.Set(shape.Written, new Entry(all, null), all.Length * 16L);
        }

        var length = shape.Length;
        AppendFacts(shape, all, literals);
        entries.Set(shape.Written, new Entry([], plan), bytes);
        shape.Length = length;
    }

    private static void AppendFacts(ShapeBuffer key, LiteralFact[] facts, LiteralTable literals)
    {
        foreach (var fact in facts)
        {
            var raw = literals.RawOf(literals[fact.Literal]).Span;
            key.Write(Separator);
            switch (fact.Kind)
            {
                case FactKind.Value:
                    key.Write(raw);
                    break;
                case FactKind.NullName:
                    key.Write((byte)(LiteralFacts.NullNameOf(raw) + '1'));
                    break;
                default:
                    key.Write((byte)(LiteralFacts.SignOf(raw) + '1'));
                    break;
            }
        }
    }

    private sealed record Entry(LiteralFact[] Facts, OperationPlan? Plan);
}

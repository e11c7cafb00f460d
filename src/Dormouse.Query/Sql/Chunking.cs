namespace Dormouse.Query.Sql;

/// <summary>
/// Splits the largest list of a statement over several statements when it has more parameters than one statement should.
/// </summary>
internal static class Chunking
{
    public static IReadOnlyList<TemplateArgument[]> Split(TemplateArgument[] parts, int maxParameters)
    {
        var total = parts.Sum(p => p.Count);
        if (total <= maxParameters)
        {
            return [parts];
        }

        var largest = Array.FindIndex(parts, p => p.Count == parts.Max(q => q.Count));
        var available = maxParameters - (total - parts[largest].Count);
        if (parts[largest].Kind == FragmentKind.Parameter || available <= 0)
        {
            // Splitting does not help; the statement as a whole decides whether it still fits.
            return [parts];
        }

        return [.. Pieces(parts[largest], available).Select(piece => Replace(parts, largest, piece))];
    }

    private static IEnumerable<TemplateArgument> Pieces(TemplateArgument list, int available)
    {
        if (list.Kind == FragmentKind.Tuple)
        {
            return list.Items.Chunk(available).Select(list.WithItems);
        }

        var pieces = new List<TemplateArgument>();
        var start = 0;
        var held = 0;
        for (var g = 0; g < list.Groups; g++)
        {
            var size = list.GroupSize(g);
            if (g > start && held + size > available)
            {
                pieces.Add(list.WithItems([.. list.Items.Skip(start).Take(g - start)]));
                start = g;
                held = 0;
            }

            held += size;
        }

        pieces.Add(list.WithItems([.. list.Items.Skip(start)]));
        return pieces;
    }

    private static TemplateArgument[] Replace(TemplateArgument[] parts, int index, TemplateArgument piece)
    {
        var replaced = (TemplateArgument[])parts.Clone();
        replaced[index] = piece;
        return replaced;
    }
}

namespace Dormouse.Schema.Diagnostics;

/// <summary>Collects what the passes find. Bounded: whoever has made this many mistakes reads the first ones first.</summary>
internal sealed class DiagnosticBag(int limit)
{
    private readonly List<Diagnostic> found = [];

    /// <summary>Models may be looked at side by side. Few have anything wrong, so that nobody waits here.</summary>
    private readonly Lock adding = new();

    public bool HasErrors { get; private set; }

    public int Count => found.Count;

    public bool IsFull => found.Count >= limit;

    public void Add(Diagnostic diagnostic)
    {
        lock (adding)
        {
            HasErrors |= diagnostic.Severity == Severity.Error;
            if (found.Count < limit)
            {
                found.Add(diagnostic);
            }
        }
    }

    /// <summary>What was found, in the order of the text, each finding once.</summary>
    public IReadOnlyList<Diagnostic> ToList(IReadOnlyList<SourceFile> sources)
    {
        if (found.Count == 0)
        {
            return [];
        }
        Dictionary<SourceFile, int> order = [];
        foreach (SourceFile source in sources)
        {
            order.TryAdd(source, order.Count);
        }
        (Diagnostic Item, int Index)[] indexed = [.. found.Select((item, index) => (item, index))];
        Array.Sort(
            indexed,
            (left, right) =>
            {
                int byFile = order[left.Item.Span.Source].CompareTo(order[right.Item.Span.Source]);
                int byStart = byFile != 0 ? byFile : left.Item.Span.Start.CompareTo(right.Item.Span.Start);
                return byStart != 0 ? byStart : left.Index.CompareTo(right.Index);
            }
        );
        return [.. indexed.Select(pair => pair.Item).Distinct()];
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Dormouse.Edge.Caching;

/// <summary>
/// Which entries of a database have a tag. Exact: an entry is listed under each of its tags as long as it exists, a tag exists as long
/// as an entry has it, and both are charged to the budget. Under the cache's lock.
/// </summary>
internal sealed class TagIndex
{
    /// <summary>A mark in an entry's list of tags.</summary>
    private const int MarkBytes = 64;

    /// <summary>A tag's list, its text's header and its slot in the table.</summary>
    private const int TagBytes = 200;

    private readonly Dictionary<string, TagList> lists = new(StringComparer.Ordinal);

    public int Count => lists.Count;

    public long Bytes { get; private set; }

    public void Add(CacheEntry entry, string[] tags)
    {
        if (tags.Length == 0)
        {
            return;
        }
        var marks = new TagMark[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            if (!lists.TryGetValue(tags[i], out TagList? list))
            {
                lists[tags[i]] = list = new TagList(tags[i]);
                Bytes += BytesOf(list);
            }
            marks[i] = new TagMark(entry, list);
            list.Add(marks[i]);
            Bytes += MarkBytes;
        }
        entry.Marks = marks;
    }

    public void Remove(CacheEntry entry)
    {
        foreach (TagMark mark in entry.Marks)
        {
            mark.List.Remove(mark);
            Bytes -= MarkBytes;
            if (mark.List.First is null)
            {
                lists.Remove(mark.List.Tag);
                Bytes -= BytesOf(mark.List);
            }
        }
        entry.Marks = [];
    }

    /// <summary>An entry that has the tag.</summary>
    public bool TryFind(string tag, [NotNullWhen(true)] out CacheEntry? entry)
    {
        entry = lists.TryGetValue(tag, out TagList? list) ? list.First!.Entry : null;
        return entry is not null;
    }

    private static long BytesOf(TagList list) => TagBytes + (2L * list.Tag.Length);
}

/// <summary>The entries of one tag.</summary>
internal sealed class TagList(string tag)
{
    public string Tag { get; } = tag;

    public TagMark? First { get; private set; }

    public void Add(TagMark mark)
    {
        mark.Next = First;
        if (First is not null)
        {
            First.Previous = mark;
        }
        First = mark;
    }

    public void Remove(TagMark mark)
    {
        if (mark.Previous is null)
        {
            First = mark.Next;
        }
        else
        {
            mark.Previous.Next = mark.Next;
        }
        if (mark.Next is not null)
        {
            mark.Next.Previous = mark.Previous;
        }
    }
}

/// <summary>That an entry has a tag.</summary>
internal sealed class TagMark(CacheEntry entry, TagList list)
{
    public CacheEntry Entry { get; } = entry;
    public TagList List { get; } = list;
    public TagMark? Previous { get; set; }
    public TagMark? Next { get; set; }
}

using System.Text;
using System.Text.Json;
using Dormouse.Query.Json;

namespace Dormouse.Query.Documents;

/// <summary>One literal, or one list of literals, by where its value lies in the request's body.</summary>
/// <param name="Kind">For a list, the kind of its first item.</param>
/// <param name="Start">Where the JSON text of the value starts: of the string with its quotes, of the number, of the list's first bracket.</param>
/// <param name="FirstItem">For a list, the index of its first item in <see cref="LiteralTable.Items"/>; -1 for a single literal.</param>
internal readonly record struct Literal(LiteralKind Kind, int Start, int Length, int FirstItem, int ItemCount)
{
    public bool IsList => FirstItem >= 0;
}

/// <summary>An item of a list of literals.</summary>
internal readonly record struct LiteralItem(LiteralKind Kind, int Start, int Length);

/// <summary>
/// The literals of one query document, numbered in the order of the text. Documents of one shape have the same literals in the same
/// places, so that a plan compiled from one of them serves them all: it names literals by their numbers.
/// </summary>
internal sealed class LiteralTable(ReadOnlyMemory<byte> body)
{
    private readonly List<Literal> literals = [];
    private readonly List<LiteralItem> items = [];

    public int Count => literals.Count;

    public ReadOnlyMemory<byte> Body => body;

    public Literal this[int index] => literals[index];

    public ReadOnlySpan<LiteralItem> Items(Literal list) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(items).Slice(list.FirstItem, list.ItemCount);

    /// <summary>The JSON text of a value: a string with its quotes, a number, or a whole list.</summary>
    public ReadOnlyMemory<byte> RawOf(Literal literal) => body.Slice(literal.Start, literal.Length);

    public ReadOnlyMemory<byte> RawOf(LiteralItem item) => body.Slice(item.Start, item.Length);

    /// <summary>The text of a string without quotes and escapes, of anything else as it stands.</summary>
    public static ReadOnlyMemory<byte> TextOf(ReadOnlyMemory<byte> raw)
    {
        if (raw.Span[0] != (byte)'"')
        {
            return raw;
        }

        var content = raw[1..^1];
        return content.Span.Contains((byte)'\\') ? JsonStrings.Unescape(content.Span) : content;
    }

    public string StringOf(int index) => Encoding.UTF8.GetString(TextOf(RawOf(literals[index])).Span);

    public int Add(LiteralKind kind, int start, int length)
    {
        literals.Add(new Literal(kind, start, length, -1, 0));
        return literals.Count - 1;
    }

    public int AddList(int start, int length, ReadOnlySpan<LiteralItem> added)
    {
        literals.Add(new Literal(added[0].Kind, start, length, items.Count, added.Length));
        items.AddRange(added);
        return literals.Count - 1;
    }
}

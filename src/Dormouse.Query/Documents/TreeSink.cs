using System.Collections.Frozen;
using System.Text;

namespace Dormouse.Query.Documents;

/// <summary>Builds the tree of a document. Numbers literals as <see cref="ShapeSink"/> does, because the same walker calls both.</summary>
internal sealed class TreeSink(int maxNodes) : IDocumentSink
{
    private readonly Stack<Open> open = new();
    private DocumentNode? root;
    private int literals;
    private int nodes;

    public ObjectNode Root => (ObjectNode)(root ?? throw DocumentFailure.Malformed("it is empty."));

    public void BeginObject() => open.Push(new Open(OpenKind.Object));

    public void Name(ReadOnlySpan<byte> raw) => open.Peek().Name = StringOf(raw);

    public void EndObject() => Add(new ObjectNode(open.Pop().Members));

    public void BeginList() => open.Push(new Open(OpenKind.List));

    public void EndList() => Add(new ListNode(open.Pop().Items));

    public void Null() => Add(NullNode.Instance);

    public void Boolean(bool value) => Add(value ? BooleanNode.True : BooleanNode.False);

    public void Text(ReadOnlySpan<byte> raw) => Add(new TextNode(StringOf(raw)));

    public void Literal(LiteralKind kind, int start, int length) => Add(new LiteralNode(literals++, kind));

    public void LiteralList(int start, int length, ReadOnlySpan<LiteralItem> items)
    {
        var kinds = new HashSet<LiteralKind>();
        foreach (var item in items)
        {
            kinds.Add(item.Kind);
        }

        Add(new LiteralListNode(literals++, kinds.ToFrozenSet()));
    }

    public void Enum(ReadOnlySpan<byte> raw) => Add(new EnumNode(StringOf(raw)));

    public void FieldReference(ReadOnlySpan<byte> rawField, ReadOnlySpan<byte> rawContainer) =>
        Add(new FieldReferenceNode(rawField.IsEmpty ? null : StringOf(rawField), rawContainer.IsEmpty ? null : StringOf(rawContainer)));

    public void BeginRaw() => open.Push(new Open(OpenKind.Raw));

    public void EndRaw() => Add(new RawNode(open.Pop().Items[0]));

    private void Add(DocumentNode node)
    {
        if (++nodes > maxNodes)
        {
            throw Failures.PlanFailure.LimitExceeded("parts of a query", maxNodes);
        }

        if (!open.TryPeek(out var parent))
        {
            root = node;
            return;
        }

        if (parent.Kind == OpenKind.Object)
        {
            parent.Members.Add(new KeyValuePair<string, DocumentNode>(parent.Name, node));
        }
        else
        {
            parent.Items.Add(node);
        }
    }

    private static string StringOf(ReadOnlySpan<byte> raw) =>
        Encoding.UTF8.GetString(raw.Contains((byte)'\\') ? Json.JsonStrings.Unescape(raw[1..^1]).Span : raw[1..^1]);

    private enum OpenKind : byte
    {
        Object,
        List,
        Raw,
    }

    private sealed class Open(OpenKind kind)
    {
        public OpenKind Kind { get; } = kind;

        public string Name { get; set; } = string.Empty;

        public List<KeyValuePair<string, DocumentNode>> Members { get; } = [];

        public List<DocumentNode> Items { get; } = [];
    }
}

using System.Text;
using Dormouse.Query.Documents;

namespace Dormouse.Query.Tests.Shapes;

/// <summary>A document as shape and literals, and put together again from nothing else.</summary>
internal sealed class SplitDocument
{
    private const int MaxDepth = 256;

    private readonly LiteralTable literals;
    private readonly string document;
    private readonly StringBuilder joined = new();
    private int at;
    private int nextLiteral;

    public SplitDocument(string document)
    {
        this.document = document;
        var bytes = Encoding.UTF8.GetBytes(document);
        literals = new LiteralTable(bytes);
        using var shape = new ShapeBuffer();
        DocumentWalker<ShapeSink>.Walk(bytes, new ShapeSink(shape, literals), MaxDepth);
        Shape = Encoding.UTF8.GetString(shape.Written);
    }

    public string Shape { get; }

    /// <summary>The literals in their order: kind and JSON text.</summary>
    public IEnumerable<string> Literals => Enumerable.Range(0, literals.Count).Select(i => Show(literals[i].Kind, RawOf(i)));

    /// <summary>The text of a literal without quotes and escapes.</summary>
    public string TextOf(int literal) => literals.StringOf(literal);

    /// <summary>The tree, which numbers the same literals by itself: its literals in the order in which they stand, as above.</summary>
    public IEnumerable<string> LiteralsOfTree()
    {
        var tree = new TreeSink(1_000_000);
        DocumentWalker<TreeSink>.Walk(Encoding.UTF8.GetBytes(document), tree, MaxDepth);
        return Within(tree.Root);
    }

    /// <summary>The document without blanks.</summary>
    public string Join()
    {
        at = nextLiteral = 0;
        joined.Clear();
        JoinValue();
        Assert.Equal(Shape.Length, at);
        Assert.Equal(literals.Count, nextLiteral);
        return joined.ToString();
    }

    private IEnumerable<string> Within(DocumentNode node) =>
        node switch
        {
            ObjectNode members => members.Members.SelectMany(member => Within(member.Value)),
            ListNode list => list.Items.SelectMany(Within),
            RawNode raw => Within(raw.Value),
            LiteralNode literal => [Show(literal.Kind, RawOf(literal.Index))],
            LiteralListNode list => [Show(literals[list.Index].Kind, RawOf(list.Index))],
            _ => [],
        };

    private string RawOf(int literal) => Encoding.UTF8.GetString(literals.RawOf(literals[literal]).Span);

    private static string Show(LiteralKind kind, string raw) => $"{kind} {raw}";

    private void JoinValue()
    {
        switch (Shape[at++])
        {
            case '{':
                JoinItems('}', JoinMember);
                break;
            case '[':
                JoinItems(']', JoinValue);
                break;
            case '0':
                joined.Append("null");
                break;
            case '+':
                joined.Append("true");
                break;
            case '-':
                joined.Append("false");
                break;
            case '"':
                at--;
                joined.Append(TakeText());
                break;
            case '\u0001':
                JoinLiteral((LiteralKind)Shape[at++]);
                break;
            case '\u0002':
                at = Shape.IndexOf(']', at) + 1;
                joined.Append(RawOf(nextLiteral++));
                break;
            case '\u0003':
                joined.Append("{\"$type\":\"Enum\",\"value\":").Append(TakeText()).Append('}');
                break;
            case '\u0004':
                joined.Append("{\"$type\":\"FieldRef\",\"value\":{\"_ref\":").Append(TakeText());
                at++;
                joined.Append(",\"_container\":").Append(TakeText()).Append("}}");
                break;
            case '\u0005':
                joined.Append("{\"$type\":\"Raw\",\"value\":");
                JoinValue();
                joined.Append('}');
                break;
            default:
                Assert.Fail($"'{Shape[at - 1]}' begins nothing: {Shape}");
                break;
        }
    }

    private void JoinLiteral(LiteralKind kind)
    {
        var raw = RawOf(nextLiteral++);
        joined.Append(kind is LiteralKind.Text or LiteralKind.Number ? raw : $"{{\"$type\":\"{kind}\",\"value\":{raw}}}");
    }

    private void JoinMember()
    {
        joined.Append(TakeText()).Append(':');
        at++;
        JoinValue();
    }

    private void JoinItems(char end, Action joinItem)
    {
        joined.Append(Shape[at - 1]);
        while (Shape[at] != end)
        {
            joinItem();
            joined.Append(',');
        }

        if (joined[^1] == ',')
        {
            joined.Length--;
        }

        joined.Append(end);
        at++;
    }

    /// <summary>A string with its quotes.</summary>
    private string TakeText()
    {
        var start = at++;
        while (Shape[at] != '"')
        {
            at += Shape[at] == '\\' ? 2 : 1;
        }

        return Shape[start..++at];
    }
}

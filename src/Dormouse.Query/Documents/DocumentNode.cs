using System.Diagnostics.CodeAnalysis;

namespace Dormouse.Query.Documents;

/// <summary>
/// A part of a query document. Literals are known by number and kind only: what decides over a plan is looked at through
/// <see cref="LiteralFacts"/>, which makes it a part of the plan's key.
/// </summary>
internal abstract class DocumentNode;

/// <summary>An object with named members, in the order of the text.</summary>
internal sealed class ObjectNode(IReadOnlyList<KeyValuePair<string, DocumentNode>> members) : DocumentNode
{
    /// <summary>With more members than clients send, walking past them for each one would take far too long.</summary>
    private const int MaxWalkedMembers = 64;

    public static readonly ObjectNode Empty = new([]);

    private Dictionary<string, DocumentNode>? byName;

    public IReadOnlyList<KeyValuePair<string, DocumentNode>> Members { get; } = members;

    /// <summary>Of several members with one name the last one counts, as in JavaScript.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out DocumentNode? value)
    {
        if (Members.Count > MaxWalkedMembers)
        {
            return (byName ??= ByName()).TryGetValue(name, out value);
        }

        for (var i = Members.Count - 1; i >= 0; i--)
        {
            if (Members[i].Key == name)
            {
                value = Members[i].Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    private Dictionary<string, DocumentNode> ByName()
    {
        var last = new Dictionary<string, DocumentNode>();
        foreach (var (name, value) in Members)
        {
            last[name] = value;
        }

        return last;
    }
}

/// <summary>A list that is not made of literals alone, or an empty one.</summary>
internal sealed class ListNode(IReadOnlyList<DocumentNode> items) : DocumentNode
{
    public IReadOnlyList<DocumentNode> Items { get; } = items;
}

/// <summary>A literal whose value is not part of the shape.</summary>
internal sealed class LiteralNode(int index, LiteralKind kind) : DocumentNode
{
    public int Index { get; } = index;

    public LiteralKind Kind { get; } = kind;
}

/// <summary>A list of one or more literals, lifted as a whole: its length is not part of the shape, the kinds of its items are.</summary>
internal sealed class LiteralListNode(int index, IReadOnlySet<LiteralKind> kinds) : DocumentNode
{
    public int Index { get; } = index;

    /// <summary>The kinds that occur in it.</summary>
    public IReadOnlySet<LiteralKind> Kinds { get; } = kinds;
}

internal sealed class NullNode : DocumentNode
{
    public static readonly NullNode Instance = new();
}

internal sealed class BooleanNode(bool value) : DocumentNode
{
    public static readonly BooleanNode True = new(true);
    public static readonly BooleanNode False = new(false);

    public bool Value { get; } = value;
}

/// <summary>A text that is part of the shape: outside of arguments.</summary>
internal sealed class TextNode(string value) : DocumentNode
{
    public string Value { get; } = value;
}

/// <summary><c>{"$type":"Enum","value":"DbNull"}</c></summary>
internal sealed class EnumNode(string value) : DocumentNode
{
    public string Value { get; } = value;
}

/// <summary><c>{"$type":"FieldRef","value":{"_ref":"age","_container":"User"}}</c></summary>
/// <param name="field">Null where the document names none.</param>
internal sealed class FieldReferenceNode(string? field, string? container) : DocumentNode
{
    public string? Field { get; } = field;

    public string? Container { get; } = container;
}

/// <summary><c>{"$type":"Raw","value":…}</c>: a document in which nothing is a tag.</summary>
internal sealed class RawNode(DocumentNode value) : DocumentNode
{
    public DocumentNode Value { get; } = value;
}

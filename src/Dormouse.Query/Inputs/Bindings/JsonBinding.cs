using System.Buffers;
using System.Text;
using Dormouse.Query.Documents;
using Dormouse.Query.Json;
using Dormouse.Query.Values;

namespace Dormouse.Query.Inputs.Bindings;

/// <summary>
/// A whole subtree of the request as the text of a Json value: what belongs to the shape is written once, literals are filled in.
/// </summary>
internal sealed class JsonBinding : ParameterBinding
{
    private readonly List<Piece> pieces;

    private JsonBinding(List<Piece> pieces) => this.pieces = pieces;

    /// <summary>The source of a document; a constant one where it has no literal.</summary>
    public static ScalarSource Of(DocumentNode node)
    {
        var writer = new PieceWriter();
        writer.Write(node, isRaw: false);
        var pieces = writer.Finish();
        return pieces is [{ Literal: < 0 } only]
            ? new ConstantSource(new TextValue(only.Constant))
            : new BindingSource(new JsonBinding(pieces));
    }

    public override bool TryBind(LiteralTable literals, out PlanValue value)
    {
        var output = new ArrayBufferWriter<byte>(256);
        value = NullValue.Instance;
        foreach (var piece in pieces)
        {
            output.Write(piece.Constant.Span);
            if (piece.Literal >= 0 && !TryWrite(literals, literals[piece.Literal], piece.IsRaw, output))
            {
                return false;
            }
        }

        value = new TextValue(output.WrittenMemory);
        return true;
    }

    private static bool TryWrite(LiteralTable literals, Literal literal, bool isRaw, IBufferWriter<byte> output)
    {
        if (!literal.IsList)
        {
            return JsonLiteral.TryWrite(literal.Kind, literals.RawOf(literal), output, isRaw);
        }

        var isFirst = true;
        foreach (var item in literals.Items(literal))
        {
            output.Write(isFirst ? "["u8 : ","u8);
            isFirst = false;
            if (!JsonLiteral.TryWrite(item.Kind, literals.RawOf(item), output, isRaw))
            {
                return false;
            }
        }

        output.Write("]"u8);
        return true;
    }

    /// <param name="Literal">Stands behind the constant; -1 for none.</param>
    private readonly record struct Piece(ReadOnlyMemory<byte> Constant, int Literal, bool IsRaw);

    private sealed class PieceWriter
    {
        private readonly List<Piece> pieces = [];
        private readonly StringBuilder constant = new();

        public List<Piece> Finish()
        {
            if (constant.Length > 0 || pieces.Count == 0)
            {
                Cut(-1, isRaw: false);
            }

            return pieces;
        }

        public void Write(DocumentNode node, bool isRaw)
        {
            switch (node)
            {
                case LiteralNode literal:
                    Cut(literal.Index, isRaw);
                    break;
                case LiteralListNode list:
                    Cut(list.Index, isRaw);
                    break;
                case NullNode:
                    constant.Append("null");
                    break;
                case BooleanNode boolean:
                    constant.Append(boolean.Value ? "true" : "false");
                    break;
                case TextNode text:
                    Quote(text.Value);
                    break;
                case EnumNode text:
                    Quote(text.Value);
                    break;
                case FieldReferenceNode reference:
                    WriteReference(reference);
                    break;
                case RawNode raw:
                    Write(raw.Value, isRaw: true);
                    break;
                case ListNode list:
                    WriteItems(list, isRaw);
                    break;
                case ObjectNode item:
                    WriteMembers(item, isRaw);
                    break;
            }
        }

        private void WriteReference(FieldReferenceNode reference)
        {
            var members = new List<KeyValuePair<string, DocumentNode>>();
            if (reference.Field is { } field)
            {
                members.Add(new("_ref", new TextNode(field)));
            }

            if (reference.Container is { } container)
            {
                members.Add(new("_container", new TextNode(container)));
            }

            WriteMembers(new ObjectNode(members), isRaw: true);
        }

        private void WriteItems(ListNode list, bool isRaw)
        {
            constant.Append('[');
            for (var i = 0; i < list.Items.Count; i++)
            {
                if (i > 0)
                {
                    constant.Append(',');
                }

                Write(list.Items[i], isRaw);
            }

            constant.Append(']');
        }

        private void WriteMembers(ObjectNode item, bool isRaw)
        {
            constant.Append('{');
            for (var i = 0; i < item.Members.Count; i++)
            {
                if (i > 0)
                {
                    constant.Append(',');
                }

                Quote(item.Members[i].Key);
                constant.Append(':');
                Write(item.Members[i].Value, isRaw);
            }

            constant.Append('}');
        }

        private void Quote(string text)
        {
            var quoted = new ArrayBufferWriter<byte>(text.Length + 2);
            JsonStrings.Quote(Encoding.UTF8.GetBytes(text), quoted);
            constant.Append(Encoding.UTF8.GetString(quoted.WrittenSpan));
        }

        private void Cut(int literal, bool isRaw)
        {
            pieces.Add(new Piece(Encoding.UTF8.GetBytes(constant.ToString()), literal, isRaw));
            constant.Clear();
        }
    }
}

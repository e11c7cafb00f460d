using Dormouse.Query.Documents;
using Dormouse.Query.Failures;
using Dormouse.Query.Inputs.Bindings;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>What Prisma's engine calls the type of a value that it got.</summary>
internal static class GivenTypes
{
    public static string NameOf(DocumentNode node, LiteralTable literals) =>
        node switch
        {
            LiteralNode literal => NameOf(literal.Kind, literals.RawOf(literals[literal.Index])),
            LiteralListNode list => Listed(ItemsOf(list, literals)),
            ListNode list => Listed(list.Items.Select(item => NameOf(item, literals))),
            BooleanNode => "Boolean",
            NullNode => "Null",
            EnumNode => "Enum",
            FieldReferenceNode => "FieldRef",
            RawNode => "JSON",
            TextNode => "String",
            _ => "Object",
        };

    public static string NameOf(LiteralKind kind, ReadOnlyMemory<byte> raw) =>
        kind switch
        {
            LiteralKind.Text => "String",
            LiteralKind.Number => NumberText.IsInteger(raw.Span) ? "Int" : "Float",
            LiteralKind.DateTime => "DateTime",
            LiteralKind.BigInt => "BigInt",
            LiteralKind.Decimal => "Float",
            LiteralKind.Bytes => "Bytes",
            _ => "JSON",
        };

    private static List<string> ItemsOf(LiteralListNode list, LiteralTable literals)
    {
        var names = new List<string>();
        foreach (var item in literals.Items(literals[list.Index]))
        {
            names.Add(NameOf(item.Kind, literals.RawOf(item)));
        }

        return names;
    }

    private static string Listed(IEnumerable<string> names) => $"({FailureText.Join(names)})";
}

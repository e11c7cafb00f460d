using System.Text;
using Dormouse.Query.Documents;
using Dormouse.Query.Failures;
using Dormouse.Query.Inputs.Bindings;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>Literals with a tag must have the form of their tag, wherever they stand: the engine looks at them before all else.</summary>
internal static class TaggedLiterals
{
    /// <exception cref="PlanException">One has not.</exception>
    public static void Check(LiteralTable literals)
    {
        for (var i = 0; i < literals.Count; i++)
        {
            var literal = literals[i];
            if (!literal.IsList)
            {
                Check(literal.Kind, literals.RawOf(literal));
                continue;
            }

            foreach (var item in literals.Items(literal))
            {
                Check(item.Kind, literals.RawOf(item));
            }
        }
    }

    private static void Check(LiteralKind kind, ReadOnlyMemory<byte> raw)
    {
        if (kind is LiteralKind.Text or LiteralKind.Number)
        {
            return;
        }

        var isText = raw.Span[0] == (byte)'"';
        var text = LiteralTable.TextOf(raw).Span;
        var isValid =
            isText
            && kind switch
            {
                LiteralKind.DateTime => Rfc3339.TryParse(text, out _, out _),
                LiteralKind.BigInt => NumberText.IsInteger(text, allowPlus: true),
                LiteralKind.Decimal => NumberText.IsDecimal(text),
                LiteralKind.Bytes => ScalarReader.TryDecode(text, out _),
                _ => true,
            };
        if (!isValid)
        {
            var value = FailureText.Cut(Encoding.UTF8.GetString(text));
            var shown = isText ? $"String({DebugText.Of(value)})" : $"Number({value})";
            throw PlanFailure.Plain(
                $"Could not convert argument value Object {{\"$type\": String(\"{kind}\"), \"value\": {shown}}} to ArgumentValue."
            );
        }
    }
}

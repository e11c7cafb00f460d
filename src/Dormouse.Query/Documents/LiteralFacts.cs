using System.Globalization;

namespace Dormouse.Query.Documents;

/// <summary>How much of a literal a plan depends on.</summary>
internal enum FactKind : byte
{
    /// <summary>Whether a number is below, at or above zero.</summary>
    Sign,

    /// <summary>Which one of DbNull, JsonNull and AnyNull a string is, or none.</summary>
    NullName,

    /// <summary>The whole value.</summary>
    Value,
}

/// <summary>A literal that a compiler looked at: plans of this shape are kept apart by it.</summary>
internal readonly record struct LiteralFact(int Literal, FactKind Kind);

/// <summary>
/// The compiler's window on the values of literals. Everything that is read through it is noted and becomes part of the key of the
/// compiled plan, so that no plan is ever used for a document that it does not fit. What is not read here becomes a parameter.
/// </summary>
internal sealed class LiteralFacts(LiteralTable literals)
{
    private static readonly string[] NullNames = ["DbNull", "JsonNull", "AnyNull"];

    /// <summary>Every letter written as an escape, and the quotes.</summary>
    private const int MaxNullNameLength = (8 * 6) + 2;

    private readonly HashSet<LiteralFact> facts = [];

    public IReadOnlyCollection<LiteralFact> Facts => facts;

    public LiteralTable Literals => literals;

    /// <summary>The text of a string or number.</summary>
    public string InspectText(int literal)
    {
        facts.Add(new LiteralFact(literal, FactKind.Value));
        return literals.StringOf(literal);
    }

    /// <summary>The texts of a list's items.</summary>
    public IReadOnlyList<string> InspectTexts(int list)
    {
        facts.Add(new LiteralFact(list, FactKind.Value));
        var texts = new List<string>();
        foreach (var item in literals.Items(literals[list]))
        {
            texts.Add(System.Text.Encoding.UTF8.GetString(LiteralTable.TextOf(literals.RawOf(item)).Span));
        }

        return texts;
    }

    /// <summary>The text of a string where it is one of DbNull, JsonNull and AnyNull, otherwise null.</summary>
    public string? InspectNullName(int literal)
    {
        facts.Add(new LiteralFact(literal, FactKind.NullName));
        var name = NullNameOf(literals.RawOf(literals[literal]).Span);
        return name < 0 ? null : NullNames[name];
    }

    /// <summary>-1, 0 or 1 for a number without its fraction.</summary>
    public int InspectSign(int literal)
    {
        facts.Add(new LiteralFact(literal, FactKind.Sign));
        return SignOf(literals.RawOf(literals[literal]).Span);
    }

    /// <summary>A number without its fraction, which Prisma's engine drops where it asks for a whole one.</summary>
    public double InspectWhole(int literal) => Math.Truncate(double.Parse(InspectText(literal), CultureInfo.InvariantCulture));

    /// <summary>The place of a string among the names of nulls, -1 for none.</summary>
    public static int NullNameOf(ReadOnlySpan<byte> raw)
    {
        // None of them needs an escape, but a client may write one.
        return raw.Length > MaxNullNameLength
            ? -1
            : Array.IndexOf(NullNames, System.Text.Encoding.UTF8.GetString(LiteralTable.TextOf(raw.ToArray()).Span));
    }

    public static int SignOf(ReadOnlySpan<byte> raw)
    {
        var digits = raw.Trim((byte)'"');
        if (!digits.ContainsAnyInRange((byte)'1', (byte)'9'))
        {
            return 0;
        }

        if (digits.ContainsAny(".eE"u8) && double.TryParse(digits, CultureInfo.InvariantCulture, out var number))
        {
            return Math.Sign(Math.Truncate(number));
        }

        return digits[0] == (byte)'-' ? -1 : 1;
    }
}

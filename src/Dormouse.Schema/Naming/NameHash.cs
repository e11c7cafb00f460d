namespace Dormouse.Schema.Naming;

/// <summary>
/// A number for a name that would be put together of pieces, without the name being made: equal names have equal numbers, in whatever
/// pieces they came. (FNV-1a, over UTF-16 units.)
/// </summary>
internal struct NameHash
{
    private const ulong Prime = 0x100000001b3;

    private int length;
    private bool isAscii = true;

    /// <param name="space">Names in different ones are different.</param>
    public NameHash(string? space)
    {
        if (space is not null)
        {
            Append(space);
            Append("\0");
            length = 0;
        }
    }

    public ulong Value { get; private set; } = 0xcbf29ce484222325;

    /// <summary>It may be so long that PostgreSQL cuts it, so that what is hashed here is not the name.</summary>
    public readonly bool MayBeCut => !isAscii || length > ConstraintNames.MostBytes;

    public static ulong Of(string? space, string name)
    {
        NameHash hash = new(space);
        hash.Append(name);
        return hash.Value;
    }

    public void Append(string piece)
    {
        ulong value = Value;
        foreach (char symbol in piece)
        {
            value = (value ^ symbol) * Prime;
            isAscii &= char.IsAscii(symbol);
        }
        Value = value;
        length += piece.Length;
    }
}

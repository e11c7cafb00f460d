namespace Dormouse.Schema.Syntax;

/// <summary>
/// The words of one text as strings, so that those which come again and again (types, attributes, common fields) are made once. A word
/// may push out another; that costs a string and nothing else.
/// </summary>
internal sealed class WordCache
{
    private const int Slots = 2048;

    private readonly string?[] words = new string?[Slots];

    public string Take(ReadOnlySpan<char> word)
    {
        uint hash = (uint)string.GetHashCode(word);
        ref string? slot = ref words[hash % Slots];
        return slot is not null && word.SequenceEqual(slot) ? slot : slot = new string(word);
    }
}

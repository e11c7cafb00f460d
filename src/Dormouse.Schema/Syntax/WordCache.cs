namespace Dormouse.Schema.Syntax;

/// <summary>
/// The words of one text as strings, so that those which come again and again (types, attributes, common fields) are made once. A word
/// may push out another; that costs a string and nothing else.
/// </summary>
internal sealed class WordCache
{
    private const int Slots = 512;

    private readonly string?[] words = new string?[Slots];

    public string Take(ReadOnlySpan<char> word)
    {
        // Cheap and good enough: names in one schema differ in length, at their ends or in the middle.
        uint hash = ((uint)word.Length * 31) + word[0];
        hash = (hash * 31) + word[^1];
        hash = (hash * 31) + word[word.Length / 2];
        ref string? slot = ref words[hash % Slots];
        return slot is not null && word.SequenceEqual(slot) ? slot : slot = new string(word);
    }
}

using Dormouse.Schema.Diagnostics;

namespace Dormouse.Schema.Syntax;

/// <summary>
/// Parses a sound text, a long one in parts side by side. It is cut where a model stands behind an empty line, which no part of a sound
/// text but a comment can hold: so what comes of parts without a complaint is what comes of the whole.
/// </summary>
internal static class SoundText
{
    private const string Opening = "\n\nmodel ";

    /// <summary>The file, or null where there is anything to complain of. Places within lines may be those of other lines.</summary>
    public static FileSyntax? TryParse(SourceFile source, SchemaOptions options, ReadingCrew crew)
    {
        List<Range> parts = Cut(source.Text, Math.Max(source.Length / options.CharactersPerPart, 1));
        var read = new List<TopSyntax>?[parts.Count];
        var known = new KnownLines?[crew.Threads];
        crew.For(parts.Count, (part, thread) => read[part] = SchemaParser.TryParseAlike(source, parts[part], known[thread] ??= new()));
        return Array.Exists(read, tops => tops is null) ? null : new FileSyntax(source, [.. read.SelectMany(tops => tops!)], []);
    }

    private static List<Range> Cut(ReadOnlySpan<char> text, int count)
    {
        List<Range> parts = new(count);
        int start = 0;
        for (int part = 1; part < count; part++)
        {
            int from = Math.Max(start, (int)((long)text.Length * part / count));
            int found = text[from..].IndexOf(Opening);
            if (found < 0)
            {
                break;
            }
            // Both ends of lines stay before the cut.
            int cut = from + found + 2;
            parts.Add(start..cut);
            start = cut;
        }
        parts.Add(start..text.Length);
        return parts;
    }
}

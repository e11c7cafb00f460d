using Dormouse.Schema.Diagnostics;

namespace Dormouse.Schema.Syntax;

/// <summary>
/// Parses a long text in parts, side by side. It is cut where a model stands behind an empty line, which no part of a sound text but a
/// comment can hold: so what comes of parts without a complaint is what comes of the whole. With any complaint the text is read again as
/// one, since what is wrong before a cut can change what stands behind it.
/// </summary>
internal static class LongText
{
    private const string Opening = "\n\nmodel ";

    public static FileSyntax Parse(SourceFile source, SchemaOptions options, DiagnosticBag diagnostics)
    {
        if (source.Length >= 2 * options.CharactersPerPart)
        {
            List<Range> parts = Cut(source.Text, Math.Min(source.Length / options.CharactersPerPart, options.MostParts));
            if (parts.Count > 1 && TryParse(source, parts) is { } whole)
            {
                return whole;
            }
        }
        return SchemaParser.Parse(source, diagnostics);
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

    private static FileSyntax? TryParse(SourceFile source, List<Range> parts)
    {
        var files = new FileSyntax?[parts.Count];
        Parallel.For(
            0,
            parts.Count,
            (index, state) =>
            {
                DiagnosticBag complaints = new(limit: 1);
                FileSyntax file = SchemaParser.Parse(source, parts[index], complaints);
                if (complaints.Count > 0)
                {
                    state.Stop();
                }
                else
                {
                    files[index] = file;
                }
            }
        );
        return Array.Exists(files, file => file is null) ? null : new FileSyntax(source, [.. files.SelectMany(file => file!.Tops)], []);
    }
}

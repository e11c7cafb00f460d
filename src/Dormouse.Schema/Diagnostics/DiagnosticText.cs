using System.Text;

namespace Dormouse.Schema.Diagnostics;

/// <summary>Shows findings to people, in the manner of Prisma's own command line: message, place, and the lines around it.</summary>
public static class DiagnosticText
{
    /// <summary>More lines of one finding are not shown.</summary>
    private const int MostLines = 8;

    public static string Render(IEnumerable<Diagnostic> diagnostics)
    {
        StringBuilder text = new();
        foreach (Diagnostic diagnostic in diagnostics)
        {
            Render(diagnostic, text);
        }
        return text.ToString();
    }

    private static void Render(Diagnostic diagnostic, StringBuilder text)
    {
        SourceFile source = diagnostic.Span.Source;
        (int line, int column) = diagnostic.Span.Position;
        int lastOffset = Math.Max(diagnostic.Span.Start, diagnostic.Span.End - 1);
        int lastLine = Math.Min(source.Position(lastOffset).Line, line + MostLines - 1);
        string kind = diagnostic.Severity == Severity.Error ? "error" : "warning";

        text.Append(kind).Append(": ").Append(diagnostic.Message).Append('\n');
        text.Append("  -->  ").Append(source.Name).Append(':').Append(line).Append(':').Append(column).Append('\n');
        text.Append("   | \n");
        for (int number = Math.Max(1, line - 1); number <= lastLine; number++)
        {
            string shown = number.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(2);
            text.Append(shown).Append(" | ").Append(source.Line(number)).Append('\n');
        }
        text.Append("   | \n");
    }
}

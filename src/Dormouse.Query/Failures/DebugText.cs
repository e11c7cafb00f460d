using System.Globalization;
using System.Text;

namespace Dormouse.Query.Failures;

/// <summary>Texts as Rust's Debug prints them, in which the engine renders what it has no words for.</summary>
internal static class DebugText
{
    public static string OfOption(string? text) => text is null ? "None" : $"Some({Of(text)})";

    public static string Of(string text)
    {
        var debug = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            debug.Append(
                rune.Value switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    0 => "\\0",
                    _ when IsHidden(rune) => string.Create(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"),
                    _ => rune.ToString(),
                }
            );
        }

        return debug.Append('"').ToString();
    }

    /// <summary>What shows nothing of its own when printed: controls, format characters, odd spaces, code points without a character.</summary>
    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
        || (rune.Value != ' ' && Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator);
}

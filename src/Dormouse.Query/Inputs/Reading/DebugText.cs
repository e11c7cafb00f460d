using System.Globalization;
using System.Text;

namespace Dormouse.Query.Inputs.Reading;

/// <summary>Texts as the engine's messages quote them where they print its own values.</summary>
internal static class DebugText
{
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\0' => quoted.Append("\\0"),
                < 0x20 or 0x7F => quoted.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"),
                _ => quoted.Append(rune.ToString()),
            };
        }

        return quoted.Append('"').ToString();
    }
}

namespace Dormouse.Schema.Tests.Fuzz;

/// <summary>Changes schemas at random: characters, words and lines go, come, change places or repeat.</summary>
public sealed class Mutator(int seed)
{
    private static readonly string[] Words =
    [
        "@id",
        "@unique",
        "@@id([id])",
        "@@unique([id])",
        "@@index([id])",
        "@default(1)",
        "@default(now())",
        "@default(\"x\")",
        "@map(\"x\")",
        "@@map(\"x\")",
        "@ignore",
        "@@ignore",
        "@updatedAt",
        "@relation(\"x\")",
        "@relation(fields: [id], references: [id])",
        "@db.Text",
        "@db.VarChar(10)",
        "Int",
        "String",
        "String?",
        "DateTime",
        "Boolean[]",
        "model",
        "enum",
        "view",
        "type",
        "[]",
        "?",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\"",
        ",",
        ":",
        "//",
        "/*",
        "*/",
        "\n",
        "\r\n",
        "\t",
        "0",
        "-1",
        "a.b",
        "Unsupported(\"x\")",
        "onDelete: SetNull",
        "map: \"x\"",
        "name: \"x\"",
        "sort: Desc",
        "type: Gin",
        "é",
        "\0",
        "\uD800",
        "\u00a0",
    ];

    private readonly Random random = new(seed);

    public string Mutate(string text, int times)
    {
        for (int time = 0; time < times; time++)
        {
            text = Mutate(text);
        }
        // A half of a pair is no text that could be sent.
        return text.Replace("\uD800", "", StringComparison.Ordinal);
    }

    /// <summary>What differs, for messages.</summary>
    public static string Change(string before, string after)
    {
        string[] old = before.Split('\n');
        IEnumerable<string> lines = after.Split('\n').Where(line => !old.Contains(line));
        IEnumerable<string> gone = old.Where(line => !after.Split('\n').Contains(line));
        return $"changed lines:\n+ {string.Join("\n+ ", lines.Take(6))}\n- {string.Join("\n- ", gone.Take(6))}";
    }

    private string Mutate(string text)
    {
        if (text.Length < 2)
        {
            return Words[random.Next(Words.Length)];
        }
        int at = random.Next(text.Length);
        switch (random.Next(8))
        {
            case 0:
                return text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at));
            case 1:
                return text.Insert(at, " " + Words[random.Next(Words.Length)] + " ");
            case 2:
                return text.Insert(at, Words[random.Next(Words.Length)]);
            case 3:
                return text[..at] + (char)random.Next(32, 127) + text[(at + 1)..];
            default:
                return MutateLines(text);
        }
    }

    private string MutateLines(string text)
    {
        List<string> lines = [.. text.Split('\n')];
        int line = random.Next(lines.Count);
        int other = random.Next(lines.Count);
        switch (random.Next(5))
        {
            case 0:
                lines.RemoveAt(line);
                break;
            case 1:
                lines.Insert(other, lines[line]);
                break;
            case 2:
                (lines[line], lines[other]) = (lines[other], lines[line]);
                break;
            case 3:
                lines[line] += " " + Words[random.Next(Words.Length)];
                break;
            default:
                SwapWords(lines, line, other);
                break;
        }
        return string.Join('\n', lines);
    }

    private void SwapWords(List<string> lines, int line, int other)
    {
        string[] left = lines[line].Split(' ');
        string[] right = lines[other].Split(' ');
        left[random.Next(left.Length)] = right[random.Next(right.Length)];
        lines[line] = string.Join(' ', left);
    }
}

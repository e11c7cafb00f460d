using System.Text.Encodings.Web;
using System.Text.Json;
using Dormouse.Schema.Models;
using Dormouse.Testing.Prisma;

namespace Dormouse.Schema.Tests.Oracle;

/// <summary>Compares our model with Prisma's, line by line.</summary>
public static class SameModels
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The first difference, or null.</summary>
    public static string? Difference(OracleAnswer answer, PrismaSchema schema)
    {
        string[] expected = answer.Datamodel!.ToJsonString(Indented).Split('\n');
        string[] actual = Dmmf.Of(schema).ToJsonString(Indented).Split('\n');
        for (int line = 0; line < Math.Max(expected.Length, actual.Length); line++)
        {
            string left = line < expected.Length ? expected[line] : "(end)";
            string right = line < actual.Length ? actual[line] : "(end)";
            if (left != right)
            {
                string before = string.Join('\n', expected.Skip(Math.Max(0, line - 12)).Take(Math.Min(12, line)));
                return $"line {line}:\n{before}\nPrisma: {left}\nours:   {right}";
            }
        }
        return null;
    }
}

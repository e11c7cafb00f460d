using System.Text.RegularExpressions;
using Dormouse.Schema;
using Dormouse.Schema.Models;
using Dormouse.Testing;

namespace Dormouse.Migrations.Tests;

/// <summary>Schemas of all kinds: the valid ones of the schema language's tests, those that clients are tested with, and our own.</summary>
public static class Corpus
{
    private static readonly string[] Folders =
    [
        Path.Combine("test", "Dormouse.Migrations.Tests", "corpus"),
        Path.Combine("test", "Dormouse.Schema.Tests", "corpus", "valid"),
        Path.Combine("test", "Dormouse.EndToEnd", "clients", "prisma6"),
        Path.Combine("test", "Dormouse.EndToEnd", "clients", "prisma7"),
        Path.Combine("samples", "blog"),
    ];

    /// <summary>What follows the schemas of clients that have no models of their own.</summary>
    private static readonly string Models = Path.Combine("test", "Dormouse.EndToEnd", "clients", "shared", "models.prisma");

    /// <summary>Paths below the root of the repository.</summary>
    public static IReadOnlyList<string> Files =>
        [
            .. Folders
                .SelectMany(folder => Directory.GetFiles(Path.Combine(Checkout.Root, folder), "*.prisma"))
                .Select(file => Path.GetRelativePath(Checkout.Root, file))
                .Order(StringComparer.Ordinal),
        ];

    public static string Read(string file)
    {
        string text = File.ReadAllText(Path.Combine(Checkout.Root, file));
        text += text.Contains("shared/models.prisma follows", StringComparison.Ordinal)
            ? File.ReadAllText(Path.Combine(Checkout.Root, Models))
            : "";
        // Schemas of client 7 have no address and a feature that Prisma's engine of the versions 6 does not know with their generator.
        return Regex.IsMatch(text, @"^\s*url\s*=", RegexOptions.Multiline)
            ? text
            : Regex.Replace(
                text.Replace("\"fullTextSearchPostgres\", ", "", StringComparison.Ordinal),
                @"(datasource \w+ \{)",
                "$1\n  url = \"x\""
            );
    }

    public static PrismaSchema Schema(string file) => Parse(Read(file));

    public static PrismaSchema Parse(string text)
    {
        SchemaReading reading = SchemaReader.Read(text);
        return reading.Schema ?? throw new InvalidOperationException(string.Join('\n', reading.Diagnostics));
    }
}

using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Dormouse.Control.Store;

/// <summary>One step of the control store's schema: <c>0001_some_words.sql</c>, embedded, never changed once released.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    private const string Folder = "migrations/";

    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>All of them, in order, without gaps.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    private static Migration[] Load()
    {
        Assembly assembly = typeof(Migration).Assembly;
        Migration[] migrations =
        [
            .. assembly
                .GetManifestResourceNames()
                .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
                .Select(resource => Read(assembly, resource))
                .OrderBy(migration => migration.Number),
        ];
        for (int i = 0; i < migrations.Length; i++)
        {
            if (migrations[i].Number != i + 1)
            {
                throw new InvalidOperationException($"Migration {i + 1} is missing: found '{migrations[i].Name}' in its place.");
            }
        }
        return migrations;
    }

    private static Migration Read(Assembly assembly, string resource)
    {
        string name = Path.GetFileNameWithoutExtension(resource[Folder.Length..]);
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return new Migration(int.Parse(name.AsSpan(0, 4), provider: null), name, reader.ReadToEnd());
    }
}

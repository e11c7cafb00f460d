using System.Text.RegularExpressions;
using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Lifecycle;

/// <summary>A folder of images of a test's own: the shared image under other names and versions, so that one can appear while a host runs.</summary>
internal sealed partial class TestImages : IDisposable
{
    private readonly TestDataFolder folder = new();

    public TestImages()
    {
        Directory.CreateDirectory(folder.Combine("images"));
        Directory.CreateDirectory(folder.Combine("templates"));
        var options = new ImageOptions { ImagesPath = folder.Combine("images"), CachePath = folder.Combine("cache") };
        Store = new ImageStore(options, TimeProvider.System);
        Templates = new TemplateStore(folder.Combine("templates"), null, TimeProvider.System);
    }

    public string Path => folder.Combine("images");

    public string TemplatesPath => folder.Combine("templates");

    public ImageStore Store { get; }

    public TemplateStore Templates { get; }

    /// <param name="letter">Makes up its digest.</param>
    /// <param name="version">What its manifest says.</param>
    /// <param name="withoutExtension">Left out of the manifest.</param>
    /// <param name="created">When it was made; null: when the shared one was.</param>
    public async Task<string> AddAsync(char letter, string version, string? withoutExtension = null, string? created = null)
    {
        PostgresImage shared = await TestImage.GetAsync();
        string digest = new(letter, 64);
        string making = folder.Combine("making");
        Directory.CreateDirectory(making);
        foreach (string part in (string[])["root", "initdb-extra"])
        {
            Directory.CreateSymbolicLink(
                System.IO.Path.Combine(making, part),
                System.IO.Path.Combine(System.IO.Path.GetDirectoryName(shared.RootPath)!, part)
            );
        }
        string manifest = await File.ReadAllTextAsync(
            System.IO.Path.Combine(System.IO.Path.GetDirectoryName(shared.RootPath)!, "manifest.json")
        );
        manifest = manifest.Replace($"\"{shared.Version}\"", $"\"{version}\"", StringComparison.Ordinal);
        if (created is not null)
        {
            manifest = CreatedLine().Replace(manifest, $"\"created\": \"{created}\"");
        }
        if (withoutExtension is not null)
        {
            manifest = manifest.Replace($"\"{withoutExtension}\"", "\"another\"", StringComparison.Ordinal);
        }
        await File.WriteAllTextAsync(System.IO.Path.Combine(making, "manifest.json"), manifest);
        Directory.Move(making, folder.Combine("images", digest));
        return digest;
    }

    public void Dispose() => folder.Dispose();

    [GeneratedRegex("\"created\": \"[^\"]*\"")]
    private static partial Regex CreatedLine();
}

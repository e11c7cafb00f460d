using Dormouse.Instances.Images;
using Dormouse.Instances.Templates;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Lifecycle;

/// <summary>A folder of images of a test's own: the shared image under other names and versions, so that one can appear while a host runs.</summary>
internal sealed class TestImages : IDisposable
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

    public ImageStore Store { get; }

    public TemplateStore Templates { get; }

    /// <param name="letter">Makes up its digest.</param>
    /// <param name="version">What its manifest says.</param>
    /// <param name="withoutExtension">Left out of the manifest.</param>
    public async Task<string> AddAsync(char letter, string version, string? withoutExtension = null)
    {
        PostgresImage shared = await TestImage.GetAsync();
        string digest = new(letter, 64);
        string making = folder.Combine("making");
        Directory.CreateDirectory(making);
        foreach (string part in (string[])["root", "initdb-extra"])
        {
            Directory.CreateSymbolicLink(Path.Combine(making, part), Path.Combine(Path.GetDirectoryName(shared.RootPath)!, part));
        }
        string manifest = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(shared.RootPath)!, "manifest.json"));
        manifest = manifest.Replace($"\"{shared.Version}\"", $"\"{version}\"", StringComparison.Ordinal);
        if (withoutExtension is not null)
        {
            manifest = manifest.Replace($"\"{withoutExtension}\"", "\"another\"", StringComparison.Ordinal);
        }
        await File.WriteAllTextAsync(Path.Combine(making, "manifest.json"), manifest);
        Directory.Move(making, folder.Combine("images", digest));
        return digest;
    }

    public void Dispose() => folder.Dispose();
}

using System.Security.Cryptography;
using System.Text;
using Dormouse.Testing.Processes;

namespace Dormouse.Testing.Platform;

/// <summary>
/// A data folder's images, templates and keys, made once by the product itself and copied into each test platform: an image takes many
/// seconds and 250 MB. Files of images are hard-linked, since nothing writes to them.
/// </summary>
internal static class PlatformSeed
{
    private static readonly TimeSpan MakeLimit = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan CopyLimit = TimeSpan.FromMinutes(1);

    /// <summary>Copied file by file; <c>images</c> is linked.</summary>
    private static readonly string[] Copied = ["templates", "keys"];

    public static async Task PlantAsync(string dataPath, CancellationToken cancellationToken)
    {
        string seed = await BuildOnce.FolderAsync(
            Path.Combine(Checkout.Artifacts, "platform-seed", Digest()),
            folder => MakeAsync(folder, cancellationToken),
            cancellationToken
        );
        foreach (string part in (string[])["images", .. Copied])
        {
            string source = Path.Combine(seed, part);
            if (Directory.Exists(source))
            {
                string how = part == "images" ? "-al" : "-a";
                ProcessRun copy = await ProcessRun.OfAsync("cp", [how, source, dataPath + "/"], CopyLimit, cancellationToken);
                copy.Succeeded();
            }
        }
    }

    private static async Task MakeAsync(string folder, CancellationToken cancellationToken)
    {
        string[] up = [Checkout.ProductAssembly, "up", "--data", folder, "--http", "0", "--json", "--detach"];
        (await ProcessRun.OfAsync("dotnet", up, MakeLimit, cancellationToken)).Succeeded();
        string[] down = [Checkout.ProductAssembly, "down", "--data", folder];
        (await ProcessRun.OfAsync("dotnet", down, CopyLimit, cancellationToken)).Succeeded();
        Directory.Delete(Path.Combine(folder, "instances"), recursive: true);
    }

    /// <summary>The seed is stale once the code that makes images and templates has changed.</summary>
    private static string Digest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string instances = Path.Combine(Checkout.Root, "src", "Dormouse.Instances");
        foreach (string part in (string[])["Images", "Templates"])
        {
            IEnumerable<string> files = Directory.EnumerateFiles(Path.Combine(instances, part), "*", SearchOption.AllDirectories);
            foreach (string file in files.Order(StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(instances, file)));
                hash.AppendData(File.ReadAllBytes(file));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}

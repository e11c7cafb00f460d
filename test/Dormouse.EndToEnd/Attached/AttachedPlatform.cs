using System.Text.Json;
using Dormouse.Testing.Platform;
using Dormouse.Testing.Servers;

namespace Dormouse.EndToEnd.Attached;

/// <summary>Attaches servers as a person does.</summary>
internal static class AttachedPlatform
{
    /// <summary><c>db attach</c> with the server's own authority; <paramref name="options"/> go with it.</summary>
    public static async Task<PlatformDatabase> AttachAsync(
        this PlatformProcess platform,
        ForeignPostgres foreign,
        string name,
        CancellationToken cancellationToken,
        params string[] options
    )
    {
        string[] words = ["db", "attach", name, foreign.Url(), "--ca", await CaFileAsync(platform, foreign, cancellationToken), .. options];
        JsonElement made = await platform.JsonAsync(words, cancellationToken);
        return new PlatformDatabase(made.GetProperty("id").GetString()!, name, made.GetProperty("urls").GetProperty("prisma").GetString()!);
    }

    /// <summary>The certificate of the server's authority as a file.</summary>
    public static async Task<string> CaFileAsync(PlatformProcess platform, ForeignPostgres foreign, CancellationToken cancellationToken)
    {
        string file = Path.Combine(platform.DataPath, $"ca-{foreign.Port}.pem");
        await File.WriteAllTextAsync(file, foreign.Authority.Pem, cancellationToken);
        return file;
    }
}

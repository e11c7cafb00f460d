using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dormouse.Contracts;

namespace Dormouse.Edge.Caching.Disk;

/// <summary>
/// What says whether the files beside it can be relied on. Files are written without waiting for the disk, so they hold all that was
/// acknowledged as long as the machine runs on, whatever ends the process; when the machine has ended too, only if they were closed.
/// </summary>
/// <param name="Boot">The machine's run in which they were written.</param>
/// <param name="Closed">Whether they are on the disk to the last byte, and nobody writes them.</param>
/// <param name="Key">The key of the tier with what it is bound to, sealed by the platform's key.</param>
/// <param name="Files">
/// Once closed: the files by their paths below the folder, with their lengths. A file that is not among them was deleted before, and has come
/// back with the disk's own recovery.
/// </param>
internal sealed record DiskState(string Boot, bool Closed, string Key, IReadOnlyDictionary<string, long>? Files = null)
{
    private const string FileName = "state";
    private const int KeyBytes = 32;

    private static ReadOnlySpan<byte> Purpose => "cache tier"u8;

    public static DiskState New(byte[] key, byte[] bound, string boot, SecretBox secrets) =>
        new(boot, false, Convert.ToBase64String(secrets.Seal([.. key, .. bound], Purpose)));

    /// <summary>
    /// What the files belong to: an owner, and this very folder. A folder that was copied, and put back later, lacks what was made void
    /// in between.
    /// </summary>
    public static byte[] BoundTo(string owner, DateTime madeAt) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{owner}\n{madeAt.Ticks}")));

    public static DiskState? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathIn(folder)), DiskJson.Default.DiskState);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>On return it is on the disk.</summary>
    public void Write(string folder) => SecretFile.Write(PathIn(folder), JsonSerializer.Serialize(this, DiskJson.Default.DiskState));

    public static void Delete(string folder) => File.Delete(PathIn(folder));

    /// <summary>The key, if all that it is bound to is as it was; null: the files are nobody's.</summary>
    public byte[]? Open(byte[] bound, SecretBox secrets)
    {
        try
        {
            byte[] opened = secrets.Open(Convert.FromBase64String(Key), Purpose);
            return opened.AsSpan(KeyBytes).SequenceEqual(bound) ? opened[..KeyBytes] : null;
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, FileName);
}

[JsonSerializable(typeof(DiskState))]
internal sealed partial class DiskJson : JsonSerializerContext;

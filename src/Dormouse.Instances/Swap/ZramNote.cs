using System.Text.Json;
using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Swap;

/// <summary>Which device a platform has set up, or is about to. Written before the device is touched, and removed after it is free again.</summary>
/// <param name="Device">Its name, such as <c>zram0</c>.</param>
/// <param name="Bytes">Its size before compression.</param>
/// <param name="Identity">What its first page says. After a restart of the host another may have a device of this name.</param>
/// <param name="Added">Whether the device was made for this, and goes with it.</param>
internal sealed record ZramNote(string Device, long Bytes, Guid Identity, bool Added)
{
    /// <summary>The kernel's settings that were changed, as they were before; null: none yet.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Null if there is none, or none that can be read.</summary>
    public static ZramNote? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ZramNote>(File.ReadAllBytes(path), Json);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void Write(string path) => DurableFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, Json));
}

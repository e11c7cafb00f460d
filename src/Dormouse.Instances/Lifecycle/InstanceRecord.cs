using System.Text.Json;
using System.Text.Json.Serialization;
using Dormouse.Contracts;

namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// <c>instance.json</c>: what must outlive the platform. The processes themselves are found by what the kernel knows of them; the record
/// says which generation they are.
/// </summary>
/// <param name="Format">The version of this form.</param>
/// <param name="Id">The database.</param>
/// <param name="ImageDigest">The image on which it runs.</param>
/// <param name="Uid">Its user on the host; null where it shares the platform's.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="SecretsSet">Whether its roles have secrets of their own yet; the last step of its creation.</param>
/// <param name="Generation">
/// How often it was started: within one platform each start has a number of its own. A start that could not be written down before the platform ended
/// is not counted by the next one.
/// </param>
/// <param name="State">What it was when this was written.</param>
/// <param name="PostmasterPid">The postmaster's process id at that moment.</param>
/// <param name="PostmasterStartTicks">Its start, in clock ticks since boot: with the number this names one process for ever.</param>
/// <param name="Timeline">Rises each time a backup replaces its content; records of earlier versions lack it.</param>
/// <param name="ReplacedImage">While a restore puts other data in its place: the image of what was there.</param>
/// <param name="UpgradingTo">While an upgrade is under way: the image that it leads to. See <see cref="DataUpgrade"/>.</param>
/// <param name="PreviousImage">After an upgrade that was not confirmed: the image of the data from before.</param>
/// <param name="PreviousVersion">The version of that.</param>
/// <param name="PostgresVersion">That of the image; records of earlier versions lack it until the next cold start.</param>
/// <param name="Size">How large it is and may become; records of earlier versions lack it, and are of small ones.</param>
internal sealed record InstanceRecord(
    int Format,
    string Id,
    string ImageDigest,
    int? Uid,
    DateTimeOffset CreatedAt,
    bool SecretsSet,
    long Generation,
    InstanceState State,
    int? PostmasterPid,
    long? PostmasterStartTicks,
    int Timeline = 1,
    string? PostgresVersion = null,
    InstanceSize? Size = null,
    string? ReplacedImage = null,
    string? UpgradingTo = null,
    string? PreviousImage = null,
    string? PreviousVersion = null
)
{
    public const int CurrentFormat = 1;

    // A record is some 300 bytes; what is much longer was not written by us.
    private const int BytesMax = 64 * 1024;

    [JsonIgnore]
    public InstanceSize SizeNow => Size ?? InstanceSize.Smallest;

    public static InstanceRecord New(DatabaseId id, string imageDigest, int? uid, DateTimeOffset now) =>
        new(CurrentFormat, id.ToString(), imageDigest, uid, now, false, 0, InstanceState.Stopped, null, null);

    /// <summary>Null if there is none or it is not whole.</summary>
    public static InstanceRecord? TryRead(string path)
    {
        try
        {
            if (new FileInfo(path).Length > BytesMax)
            {
                return null;
            }
            InstanceRecord? record = JsonSerializer.Deserialize(File.ReadAllBytes(path), InstanceRecordJson.Default.InstanceRecord);
            return record is { Format: CurrentFormat, Id: not null, ImageDigest: not null } ? record : null;
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }

    public void Write(string path, bool flushFolder = true) =>
        DurableFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, InstanceRecordJson.Default.InstanceRecord), flushFolder);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(InstanceRecord))]
internal sealed partial class InstanceRecordJson : JsonSerializerContext;

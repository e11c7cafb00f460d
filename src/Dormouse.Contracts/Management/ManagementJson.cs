using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Dormouse.Contracts.Management;

/// <summary>The JSON form of the management endpoint and of the command line's <c>--json</c>.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip
)]
[JsonSerializable(typeof(DatabaseResource))]
[JsonSerializable(typeof(IReadOnlyList<DatabaseResource>))]
[JsonSerializable(typeof(ConnectionResource))]
[JsonSerializable(typeof(IReadOnlyList<ConnectionResource>))]
[JsonSerializable(typeof(PlatformStatus))]
[JsonSerializable(typeof(ScriptResult))]
[JsonSerializable(typeof(PushRequest))]
[JsonSerializable(typeof(PushResult))]
[JsonSerializable(typeof(CreateDatabaseRequest))]
[JsonSerializable(typeof(AttachRequest))]
[JsonSerializable(typeof(CreateConnectionRequest))]
[JsonSerializable(typeof(RotateConnectionRequest))]
[JsonSerializable(typeof(SleepRequest))]
[JsonSerializable(typeof(ResizeRequest))]
[JsonSerializable(typeof(ExecuteRequest))]
[JsonSerializable(typeof(CacheSummary))]
[JsonSerializable(typeof(CacheStatistics))]
[JsonSerializable(typeof(InvalidateRequest))]
[JsonSerializable(typeof(InvalidationResult))]
[JsonSerializable(typeof(BackupRequest))]
[JsonSerializable(typeof(RestoreRequest))]
[JsonSerializable(typeof(BackupResource))]
[JsonSerializable(typeof(IReadOnlyList<BackupResource>))]
[JsonSerializable(typeof(ExtensionResource))]
[JsonSerializable(typeof(IReadOnlyList<ExtensionResource>))]
[JsonSerializable(typeof(UpgradeRequest))]
[JsonSerializable(typeof(AddEdgeRequest))]
[JsonSerializable(typeof(EdgeResource))]
[JsonSerializable(typeof(IReadOnlyList<EdgeResource>))]
[JsonSerializable(typeof(ErrorResponse))]
public sealed partial class ManagementJson : JsonSerializerContext
{
    // The answers are no part of any web page, and people copy URLs out of them: a '+' stays a '+'.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One document, with nothing escaped that need not be.</summary>
    public static byte[] Write(object? value, JsonTypeInfo type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Plain);
        JsonSerializer.Serialize(writer, value, type);
        return buffer.WrittenSpan.ToArray();
    }
}

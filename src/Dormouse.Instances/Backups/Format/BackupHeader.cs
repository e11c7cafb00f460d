using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dormouse.Contracts;

namespace Dormouse.Instances.Backups.Format;

/// <summary>
/// What a backup begins with, in clear: <c>DMBACKUP | length (4, big endian) | JSON | SHA-256 of all that</c>. It tells what the backup is
/// without any key, and holds, sealed, the key of the rest and the passwords of the roles inside.
/// </summary>
/// <param name="Format">The version of this form.</param>
/// <param name="Database">The database's id.</param>
/// <param name="DatabaseName">Its name at that time.</param>
/// <param name="Timeline">The database's.</param>
/// <param name="TakenAt">When it was begun.</param>
/// <param name="PostgresVersion">Of the server, such as <c>18.6</c>.</param>
/// <param name="ImageDigest">The image on which it ran.</param>
/// <param name="Architecture">The processor's: data directories differ.</param>
/// <param name="DataBytes">What the data directory took when it was begun.</param>
/// <param name="SealedSecrets">A <see cref="BackupSecrets"/>.</param>
internal sealed record BackupHeader(
    int Format,
    string Database,
    string DatabaseName,
    int Timeline,
    DateTimeOffset TakenAt,
    string PostgresVersion,
    string ImageDigest,
    string Architecture,
    long DataBytes,
    byte[] SealedSecrets
)
{
    public const int CurrentFormat = 1;
    public const int HashBytes = 32;

    // A header is about a kilobyte; what is much longer was not written by us.
    private const int JsonBytesMax = 64 * 1024;

    private static ReadOnlySpan<byte> Magic => "DMBACKUP"u8;

    private static int PrefixBytes => Magic.Length + 4;

    public static string ThisArchitecture => RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    [JsonIgnore]
    public int MajorVersion => int.TryParse(PostgresVersion.Split('.')[0], CultureInfo.InvariantCulture, out int major) ? major : 0;

    /// <summary>The bytes, the last of which are their hash: it binds the rest of the file to this header.</summary>
    public byte[] ToBytes()
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(this, BackupJson.Default.BackupHeader);
        var bytes = new byte[PrefixBytes + json.Length + HashBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(Magic.Length), json.Length);
        json.CopyTo(bytes, PrefixBytes);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashBytes), bytes.AsSpan(bytes.Length - HashBytes));
        return bytes;
    }

    /// <returns>The header and its hash.</returns>
    /// <exception cref="DormouseException">It is no backup, of a later version, damaged or cut short.</exception>
    public static async Task<(BackupHeader Header, byte[] Hash)> ReadAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        byte[] prefix = await ReadExactlyAsync(stream, PrefixBytes, name, cancellationToken);
        if (!prefix.AsSpan().StartsWith(Magic))
        {
            throw BackupFailures.NoBackup(name, "it does not begin as one");
        }
        int length = BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(Magic.Length));
        if (length is <= 0 or > JsonBytesMax)
        {
            throw BackupFailures.Damaged(name);
        }
        byte[] json = await ReadExactlyAsync(stream, length, name, cancellationToken);
        byte[] hash = await ReadExactlyAsync(stream, HashBytes, name, cancellationToken);
        if (!SHA256.HashData([.. prefix, .. json]).AsSpan().SequenceEqual(hash))
        {
            throw BackupFailures.Damaged(name);
        }
        return (Parse(json, name), hash);
    }

    private static BackupHeader Parse(byte[] json, string name)
    {
        try
        {
            BackupHeader header = JsonSerializer.Deserialize(json, BackupJson.Default.BackupHeader)!;
            return header.Format == CurrentFormat
                ? header
                : throw BackupFailures.NoBackup(name, $"it is of format {header.Format}, which a later version of Dormouse wrote");
        }
        catch (JsonException exception)
        {
            throw BackupFailures.NoBackup(name, "its header has another form", exception);
        }
    }

    private static async Task<byte[]> ReadExactlyAsync(Stream stream, int count, string name, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        try
        {
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
        catch (EndOfStreamException exception)
        {
            throw BackupFailures.CutShort(name, exception);
        }
    }
}

/// <summary>What opens a backup and the instance that comes out of it.</summary>
/// <param name="Key">The key of the frames, of this backup alone.</param>
/// <param name="PlatformPassword">Of the superuser inside.</param>
/// <param name="AppPassword">Of the tenant's role inside.</param>
internal sealed record BackupSecrets(byte[] Key, string PlatformPassword, string AppPassword)
{
    /// <summary>Leaves the secrets out, so that a log line cannot hold them.</summary>
    public override string ToString() => "(secrets)";

    public byte[] Seal(SecretBox box, string database) =>
        box.Seal(JsonSerializer.SerializeToUtf8Bytes(this, BackupJson.Default.BackupSecrets), Purpose(database));

    /// <exception cref="CryptographicException">Another key.</exception>
    public static BackupSecrets Open(SecretBox box, BackupHeader header) =>
        JsonSerializer.Deserialize(box.Open(header.SealedSecrets, Purpose(header.Database)), BackupJson.Default.BackupSecrets)!;

    private static byte[] Purpose(string database) => System.Text.Encoding.UTF8.GetBytes($"backup:{database}");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BackupHeader))]
[JsonSerializable(typeof(BackupSecrets))]
internal sealed partial class BackupJson : JsonSerializerContext;

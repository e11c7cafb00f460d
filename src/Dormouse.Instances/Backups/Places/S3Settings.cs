using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dormouse.Instances.Backups.Places;

/// <summary>How an S3-compatible store is reached: a file of the operator's, read at each use, so that a change needs no restart.</summary>
/// <param name="Endpoint">Scheme and host, such as <c>https://s3.eu-central-1.amazonaws.com</c>; buckets are the first part of the path.</param>
/// <param name="Region">Such as <c>eu-central-1</c>; most other stores take <c>us-east-1</c>.</param>
/// <param name="AccessKeyId">The key's id.</param>
/// <param name="SecretAccessKey">The key; never logged.</param>
internal sealed record S3Settings(Uri Endpoint, string Region, string AccessKeyId, string SecretAccessKey)
{
    /// <summary>Leaves the secret out, so that a log line cannot hold it.</summary>
    public override string ToString() => Endpoint.ToString();

    /// <exception cref="Dormouse.Contracts.DormouseException">DM3530: it is not there, or not as it must be.</exception>
    public static S3Settings Read(string path)
    {
        try
        {
            S3Settings settings = JsonSerializer.Deserialize(File.ReadAllBytes(path), S3Json.Default.S3Settings)!;
            bool isOrigin = settings.Endpoint is { IsAbsoluteUri: true, Scheme: "http" or "https", PathAndQuery: "/" };
            return isOrigin
                ? settings
                : throw BackupFailures.NoS3Settings(
                    path,
                    "its 'endpoint' is no scheme and host alone, such as https://s3.example.com",
                    null
                );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw BackupFailures.NoS3Settings(path, exception is JsonException ? "it has another form" : "it cannot be read", exception);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(S3Settings))]
internal sealed partial class S3Json : JsonSerializerContext;

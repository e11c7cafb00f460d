using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dormouse.Instances.Backups.Places;

/// <summary>
/// AWS Signature Version 4 in headers, as S3 and what is compatible with it ask for ("Authenticating Requests: Using the Authorization Header").
/// Path and query are given decoded and encoded once here, as they are sent.
/// </summary>
internal static class S3Signature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The path with each part encoded; slashes stay.</summary>
    public static string EncodePath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>Sorted and encoded.</summary>
    public static string EncodeQuery(IEnumerable<KeyValuePair<string, string>> query) =>
        string.Join(
            '&',
            query.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}").Order(StringComparer.Ordinal)
        );

    /// <param name="settings">Whose key signs.</param>
    /// <param name="method">Such as <c>GET</c>.</param>
    /// <param name="encodedPath">By <see cref="EncodePath"/>.</param>
    /// <param name="encodedQuery">By <see cref="EncodeQuery"/>.</param>
    /// <param name="headers">All that are signed, in lower case: <c>host</c>, <c>x-amz-date</c>, <c>x-amz-content-sha256</c> and what else there is.</param>
    /// <returns>The value of <c>Authorization</c>.</returns>
    public static string Sign(
        S3Settings settings,
        string method,
        string encodedPath,
        string encodedQuery,
        SortedDictionary<string, string> headers
    )
    {
        string time = headers["x-amz-date"];
        string scope = $"{time[..8]}/{settings.Region}/s3/aws4_request";
        string names = string.Join(';', headers.Keys);
        string canonicalHeaders = string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n"));
        string request = $"{method}\n{encodedPath}\n{encodedQuery}\n{canonicalHeaders}\n{names}\n{headers["x-amz-content-sha256"]}";
        string toSign = $"{Algorithm}\n{time}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(request))}";
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + settings.SecretAccessKey);
        foreach (string part in (string[])[time[..8], settings.Region, "s3", "aws4_request"])
        {
            key = Mac(key, part);
        }
        string signature = Convert.ToHexStringLower(Mac(key, toSign));
        return $"{Algorithm} Credential={settings.AccessKeyId}/{scope},SignedHeaders={names},Signature={signature}";
    }

    /// <summary>For <c>x-amz-date</c>.</summary>
    public static string Time(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    public static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}

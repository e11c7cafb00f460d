using System.Globalization;
using System.Net;
using System.Xml;
using System.Xml.Linq;
using Dormouse.Contracts;

namespace Dormouse.Instances.Backups.Places;

/// <summary>
/// The few calls that backups make of an S3-compatible store. What is sent is hashed and signed, so that the store refuses what was changed on the
/// way. Calls that can be repeated are, when the store is busy or the connection breaks. Thread-safe.
/// </summary>
internal sealed class S3Client(HttpClient http, S3Settings settings, TimeProvider time)
{
    // A part is 16 MiB: a slow line of 1 Mbit/s takes two minutes.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private const int AttemptsMax = 4;

    // An answer that is no object is a page of a list: 1,000 names of less than a kilobyte.
    private const int AnswerBytesMax = 4 * 1024 * 1024;

    private static readonly byte[] Nothing = [];

    /// <summary>The object's bytes as they come; null if there is none.</summary>
    /// <param name="bucket">Where.</param>
    /// <param name="key">Which.</param>
    /// <param name="range">Such as <c>bytes=0-99</c>; null: all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Stream?> GetAsync(string bucket, string key, string? range, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await SendAsync(HttpMethod.Get, bucket, key, [], Nothing, range, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            response.Dispose();
            return null;
        }
        await RefuseUnlessDoneAsync(response, cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    public Task PutAsync(string bucket, string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Put, bucket, key, [], content, cancellationToken);

    /// <returns>The upload's id.</returns>
    public async Task<string> BeginAsync(string bucket, string key, CancellationToken cancellationToken)
    {
        (string body, _) = await CallAsync(HttpMethod.Post, bucket, key, [new("uploads", "")], Nothing, cancellationToken);
        return Value(Parse(body), "UploadId");
    }

    /// <returns>The part's tag, to be named at the end.</returns>
    public async Task<string> PutPartAsync(
        string bucket,
        string key,
        string upload,
        int number,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        KeyValuePair<string, string>[] query = [new("partNumber", Text(number)), new("uploadId", upload)];
        (_, string? tag) = await CallAsync(HttpMethod.Put, bucket, key, query, content, cancellationToken);
        return tag ?? throw BackupFailures.StoreFailed(settings.Endpoint.ToString(), "it gave no tag for a part", null);
    }

    public async Task CompleteAsync(string bucket, string key, string upload, IEnumerable<string> tags, CancellationToken cancellationToken)
    {
        var parts = new XElement(
            "CompleteMultipartUpload",
            tags.Select((tag, index) => new XElement("Part", new XElement("PartNumber", index + 1), new XElement("ETag", tag)))
        );
        byte[] content = System.Text.Encoding.UTF8.GetBytes(parts.ToString(SaveOptions.DisableFormatting));
        (string body, _) = await CallAsync(HttpMethod.Post, bucket, key, [new("uploadId", upload)], content, cancellationToken);
        // This call alone may say 200 first and tell of its failure then.
        if (Parse(body) is { Name.LocalName: "Error" } error)
        {
            throw BackupFailures.StoreFailed(settings.Endpoint.ToString(), Value(error, "Code"), null);
        }
    }

    public Task AbortAsync(string bucket, string key, string upload, CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Delete, bucket, key, [new("uploadId", upload)], Nothing, cancellationToken);

    public async Task<IReadOnlyList<(string Key, long SizeBytes)>> ListAsync(
        string bucket,
        string prefix,
        CancellationToken cancellationToken
    )
    {
        var found = new List<(string, long)>();
        string? next = null;
        do
        {
            List<KeyValuePair<string, string>> query = [new("list-type", "2"), new("prefix", prefix)];
            if (next is not null)
            {
                query.Add(new("continuation-token", next));
            }
            (string body, _) = await CallAsync(HttpMethod.Get, bucket, "", query, Nothing, cancellationToken);
            XElement page = Parse(body);
            foreach (XElement item in page.Elements().Where(element => element.Name.LocalName == "Contents"))
            {
                found.Add((Value(item, "Key"), long.Parse(Value(item, "Size"), CultureInfo.InvariantCulture)));
            }
            next = page.Elements().FirstOrDefault(element => element.Name.LocalName == "NextContinuationToken")?.Value;
        } while (next is not null);
        return found;
    }

    private async Task<(string Body, string? Tag)> CallAsync(
        HttpMethod method,
        string bucket,
        string key,
        IReadOnlyList<KeyValuePair<string, string>> query,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellationToken
    )
    {
        using HttpResponseMessage response = await SendAsync(method, bucket, key, query, content, null, cancellationToken);
        await RefuseUnlessDoneAsync(response, cancellationToken);
        return (await ReadAsync(response, cancellationToken), response.Headers.ETag?.ToString());
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string bucket,
        string key,
        IReadOnlyList<KeyValuePair<string, string>> query,
        ReadOnlyMemory<byte> content,
        string? range,
        CancellationToken cancellationToken
    )
    {
        for (int attempt = 1; ; attempt++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(CallTimeout);
            try
            {
                using HttpRequestMessage request = Request(method, bucket, key, query, content, range);
                HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                if (attempt == AttemptsMax || !IsPassing(response.StatusCode))
                {
                    return response;
                }
                response.Dispose();
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (attempt == AttemptsMax)
                {
                    throw BackupFailures.StoreFailed(settings.Endpoint.ToString(), exception.Message, exception);
                }
            }
            await Task.Delay(RetryPause * attempt, time, cancellationToken);
        }
    }

    private HttpRequestMessage Request(
        HttpMethod method,
        string bucket,
        string key,
        IReadOnlyList<KeyValuePair<string, string>> query,
        ReadOnlyMemory<byte> content,
        string? range
    )
    {
        string path = S3Signature.EncodePath($"/{bucket}/{key}".TrimEnd('/'));
        string encodedQuery = S3Signature.EncodeQuery(query);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = settings.Endpoint.Authority,
            ["x-amz-content-sha256"] = S3Signature.Hash(content.Span),
            ["x-amz-date"] = S3Signature.Time(time.GetUtcNow()),
        };
        if (range is not null)
        {
            headers["range"] = range;
        }
        string address = settings.Endpoint.GetLeftPart(UriPartial.Authority) + path + (encodedQuery.Length > 0 ? "?" + encodedQuery : "");
        var request = new HttpRequestMessage(method, address);
        if (method == HttpMethod.Put || method == HttpMethod.Post)
        {
            request.Content = new ReadOnlyMemoryContent(content);
        }
        foreach ((string name, string value) in headers.Where(header => header.Key != "host"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        string authorization = S3Signature.Sign(settings, method.Method, path, encodedQuery, headers);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return request;
    }

    private static bool IsPassing(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500;

    private async Task RefuseUnlessDoneAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }
        using (response)
        {
            string body = await ReadAsync(response, cancellationToken);
            throw BackupFailures.StoreFailed(
                settings.Endpoint.ToString(),
                $"status {(int)response.StatusCode} {CodeIn(body)}".TrimEnd(),
                null
            );
        }
    }

    private async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(AnswerBytesMax, cancellationToken);
            return await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw BackupFailures.StoreFailed(settings.Endpoint.ToString(), exception.Message, exception);
        }
    }

    private static string CodeIn(string body)
    {
        try
        {
            return XElement.Parse(body).Elements().FirstOrDefault(element => element.Name.LocalName == "Code")?.Value ?? "";
        }
        catch (XmlException)
        {
            return "";
        }
    }

    private XElement Parse(string body)
    {
        try
        {
            return XElement.Parse(body);
        }
        catch (XmlException exception)
        {
            throw BackupFailures.StoreFailed(settings.Endpoint.ToString(), "it answered with something that is no XML", exception);
        }
    }

    private string Value(XElement element, string name) =>
        element.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value
        ?? throw BackupFailures.StoreFailed(settings.Endpoint.ToString(), $"its answer has no {name}", null);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

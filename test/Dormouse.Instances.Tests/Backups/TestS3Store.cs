using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Dormouse.Instances.Tests.Backups;

/// <summary>
/// An S3 store in memory, with the calls that backups make. It verifies each signature and each body's hash by code of its own, and lists in pages
/// of two.
/// </summary>
internal sealed class TestS3Store : IAsyncDisposable
{
    public const string AccessKeyId = "AKIDTEST";
    public const string SecretAccessKey = "a/secret+key";
    public const string Region = "us-east-1";
    private const int PageSize = 2;

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<int, byte[]>> uploads = new();
    private int busyAnswers;

    private TestS3Store(WebApplication app) => this.app = app;

    /// <summary>By bucket and key.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    /// <summary>Uploads that were neither completed nor aborted.</summary>
    public int UnfinishedUploads => uploads.Count;

    public int Parts { get; private set; }

    public int Refused { get; private set; }

    public string Endpoint => app.Urls.Single();

    /// <summary>The next so many calls are told to come back.</summary>
    public void BeBusy(int answers) => busyAnswers = answers;

    /// <summary>Fails each part from this one on for good; null: none.</summary>
    public int? RefusePartsFrom { get; set; }

    /// <summary>Breaks off an object's bytes there; null: never.</summary>
    public int? CutAfter { get; set; }

    public static async Task<TestS3Store> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        var store = new TestS3Store(app);
        app.Run(store.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return store;
    }

    public string SettingsJson(string secret = SecretAccessKey) =>
        $$"""{"endpoint":"{{Endpoint}}","region":"{{Region}}","accessKeyId":"{{AccessKeyId}}","secretAccessKey":"{{secret}}"}""";

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        byte[] content = body.ToArray();
        if (Interlocked.Decrement(ref busyAnswers) >= 0)
        {
            await AnswerAsync(context, 503, Error("SlowDown"));
        }
        else if (!IsSigned(context, content))
        {
            Refused++;
            await AnswerAsync(context, 403, Error("SignatureDoesNotMatch"));
        }
        else
        {
            await ServeAsync(context, request.Path.Value!.TrimStart('/'), content);
        }
    }

    private async Task ServeAsync(HttpContext context, string name, byte[] content)
    {
        IQueryCollection query = context.Request.Query;
        switch (context.Request.Method)
        {
            case "GET" when query.ContainsKey("list-type"):
                await ListAsync(context, name);
                break;
            case "GET":
                await GetAsync(context, name);
                break;
            case "PUT" when query.ContainsKey("partNumber"):
                await PutPartAsync(context, int.Parse(query["partNumber"]!, CultureInfo.InvariantCulture), query["uploadId"]!, content);
                break;
            case "PUT":
                Objects[name] = content;
                break;
            case "POST" when query.ContainsKey("uploads"):
                string id = Guid.NewGuid().ToString("N") + "+/=";
                uploads[id] = new ConcurrentDictionary<int, byte[]>();
                await AnswerAsync(context, 200, new XElement("InitiateMultipartUploadResult", new XElement("UploadId", id)));
                break;
            case "POST":
                await CompleteAsync(context, name, query["uploadId"]!, XElement.Parse(Encoding.UTF8.GetString(content)));
                break;
            case "DELETE":
                uploads.TryRemove(query["uploadId"]!, out _);
                context.Response.StatusCode = 204;
                break;
        }
    }

    private async Task ListAsync(HttpContext context, string bucket)
    {
        string start = $"{bucket}/{context.Request.Query["prefix"]}";
        string after = context.Request.Query["continuation-token"].ToString();
        string[] left =
        [
            .. Objects
                .Keys.Where(name => name.StartsWith(start, StringComparison.Ordinal) && string.CompareOrdinal(name, after) > 0)
                .Order(StringComparer.Ordinal),
        ];
        IEnumerable<XElement> items = left.Take(PageSize)
            .Select(name => new XElement(
                "Contents",
                new XElement("Key", name[(bucket.Length + 1)..]),
                new XElement("Size", Objects[name].Length)
            ));
        var page = new XElement("ListBucketResult", items);
        if (left.Length > PageSize)
        {
            page.Add(new XElement("NextContinuationToken", left[PageSize - 1]));
        }
        await AnswerAsync(context, 200, page);
    }

    private async Task GetAsync(HttpContext context, string name)
    {
        if (!Objects.TryGetValue(name, out byte[]? content))
        {
            await AnswerAsync(context, 404, Error("NoSuchKey"));
            return;
        }
        if (context.Request.Headers.Range is [{ } range])
        {
            content = content[..Math.Min(content.Length, int.Parse(range.Split('-')[1], CultureInfo.InvariantCulture) + 1)];
            context.Response.StatusCode = 206;
        }
        context.Response.ContentLength = content.Length;
        if (CutAfter is { } end)
        {
            await context.Response.Body.WriteAsync(content.AsMemory(0, end), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
            return;
        }
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }

    private async Task PutPartAsync(HttpContext context, int number, string upload, byte[] content)
    {
        if (number >= RefusePartsFrom)
        {
            await AnswerAsync(context, 400, Error("EntityTooLarge"));
            return;
        }
        uploads[upload][number] = content;
        Parts++;
        context.Response.Headers.ETag = $"\"{Convert.ToHexString(SHA256.HashData(content))}\"";
    }

    private async Task CompleteAsync(HttpContext context, string name, string upload, XElement order)
    {
        uploads.TryRemove(upload, out ConcurrentDictionary<int, byte[]>? parts);
        var whole = new List<byte>();
        foreach (XElement part in order.Elements())
        {
            byte[] content = parts![int.Parse(part.Element("PartNumber")!.Value, CultureInfo.InvariantCulture)];
            if (part.Element("ETag")!.Value != $"\"{Convert.ToHexString(SHA256.HashData(content))}\"")
            {
                await AnswerAsync(context, 200, Error("InvalidPart"));
                return;
            }
            whole.AddRange(content);
        }
        Objects[name] = [.. whole];
        await AnswerAsync(context, 200, new XElement("CompleteMultipartUploadResult"));
    }

    /// <summary>From the bytes of the request as they came, by the rules of "Signature Calculations for the Authorization Header".</summary>
    private static bool IsSigned(HttpContext context, byte[] content)
    {
        string authorization = context.Request.Headers.Authorization.ToString();
        string Part(string name) => authorization.Split(name + "=").Last().Split(',')[0];
        string raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        string[] target = raw.Split('?', 2);
        string query = target.Length < 2 ? "" : string.Join('&', target[1].Split('&').Order(StringComparer.Ordinal));
        string names = Part("SignedHeaders");
        string hash = context.Request.Headers["x-amz-content-sha256"].ToString();
        string time = context.Request.Headers["x-amz-date"].ToString();
        if (!authorization.Contains($"Credential={AccessKeyId}/", StringComparison.Ordinal) || names.Length == 0 || time.Length == 0)
        {
            return false;
        }
        string headers = string.Concat(names.Split(';').Select(name => $"{name}:{context.Request.Headers[name].ToString().Trim()}\n"));
        string canonical = string.Join('\n', context.Request.Method, target[0], query, headers, names, hash);
        string scope = $"{time[..8]}/{Region}/s3/aws4_request";
        string text = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        byte[] key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + SecretAccessKey), time[..8]), Region), "s3"), "aws4_request");
        return hash == Hex(SHA256.HashData(content)) && Part("Signature") == Hex(Mac(key, text));
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static XElement Error(string code) => new("Error", new XElement("Code", code), new XElement("Message", "no"));

    private static Task AnswerAsync(HttpContext context, int status, XElement body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(body.ToString(), context.RequestAborted);
    }
}

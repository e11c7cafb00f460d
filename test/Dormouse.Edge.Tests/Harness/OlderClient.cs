using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>A client 5 or 6: it uploads its schema when it is told to, and sends its queries as JSON.</summary>
internal sealed class OlderClient
{
    private readonly HttpClient http;
    private readonly string base64;

    public OlderClient(EdgeHost edge, string schema, string version = "6.19.3")
        : this(edge.Http, schema, version) { }

    public OlderClient(HttpClient http, string schema, string version = "6.19.3")
    {
        this.http = http;
        base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(schema));
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(base64)));
        Root = $"/{version}/{Hash}";
    }

    public string Hash { get; }

    public string Root { get; }

    public int Uploads { get; private set; }

    public Task<Reply> UploadAsync()
    {
        Uploads++;
        return Reply.OfAsync(http, HttpMethod.Put, Root + "/schema", base64);
    }

    /// <summary>Posts without the handshake.</summary>
    public Task<Reply> PostAsync(string path, string? json, params (string Name, string Value)[] headers) =>
        Reply.OfAsync(http, HttpMethod.Post, path, json, headers);

    /// <summary>Posts a query, and uploads the schema if that is asked for.</summary>
    public async Task<Reply> QueryAsync(string json, params (string Name, string Value)[] headers)
    {
        Reply reply = await PostAsync(Root + "/graphql", json, headers);
        if (reply.Status == 404 && reply.Text.Contains("SchemaMissing", StringComparison.Ordinal))
        {
            Reply upload = await UploadAsync();
            Assert.True(upload.Status == 200, upload.Text);
            reply = await PostAsync(Root + "/graphql", json, headers);
        }
        return reply;
    }

    /// <summary>Starts a transaction and yields the path of its endpoint.</summary>
    public async Task<string> StartAsync(string json = """{"max_wait":20000,"timeout":60000}""")
    {
        Reply reply = await PostAsync(Root + "/transaction/start", json);
        Assert.True(reply.Status == 200, reply.Text);
        return new Uri(reply.Json.GetProperty("data-proxy").GetProperty("endpoint").GetString()!).AbsolutePath;
    }

    public static string Query(string? model, string action, string arguments = "{}", string selection = """{"$scalars":true}""")
    {
        JsonObject query = new()
        {
            ["action"] = action,
            ["query"] = new JsonObject { ["arguments"] = JsonNode.Parse(arguments), ["selection"] = JsonNode.Parse(selection) },
        };
        if (model is not null)
        {
            query.Insert(0, "modelName", model);
        }
        return query.ToJsonString();
    }

    public static string Batch(params string[] queries) => $$"""{"batch":[{{string.Join(',', queries)}}]}""";

    /// <param name="transaction">The object that says the isolation level.</param>
    /// <param name="queries">Its queries.</param>
    public static string Transaction(string transaction, params string[] queries) =>
        $$"""{"batch":[{{string.Join(',', queries)}}],"transaction":{{transaction}}}""";
}

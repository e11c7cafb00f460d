using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Dormouse.Bench.Edge;

/// <summary>Requests as bytes: plans in the form and of the size that client 7 sends, with the headers of the accelerate extension.</summary>
internal static class EdgeRequests
{
    /// <summary>A find over a model of twenty fields is 2.5 KB of plan.</summary>
    private const int Columns = 20;

    /// <summary>The plan's answer is exactly so long.</summary>
    public static string BodyOfSize(int answerBytes)
    {
        int overhead = AnswerOf(0).Length;
        return Body($"repeat('x', {answerBytes - overhead})");
    }

    /// <summary>The answer that <see cref="BodyOfSize"/> gets, with so many letters in its last field.</summary>
    public static string AnswerOf(int letters) =>
        $$"""{"data":[{{{string.Concat(Enumerable.Range(0, Columns).Select(i => $"\"field{i}\":{i},"))}}"payload":"{{new string('x', letters)}}"}]}""";

    /// <param name="payload">The SQL of the last column.</param>
    /// <param name="mark">Makes an otherwise equal request another one.</param>
    public static string Body(string payload, int? mark = null)
    {
        string columns = string.Concat(Enumerable.Range(0, Columns).Select(i => $"{i} AS \"field{i}\", "));
        JsonObject fields = [];
        for (var i = 0; i < Columns; i++)
        {
            fields[$"field{i}"] = Field($"field{i}", "int");
        }
        fields["payload"] = Field("payload", "string");
        JsonObject body = new()
        {
            ["model"] = "Page",
            ["operation"] = "findMany",
            ["plan"] = new JsonObject
            {
                ["type"] = "dataMap",
                ["args"] = new JsonObject
                {
                    ["expr"] = new JsonObject
                    {
                        ["type"] = "query",
                        ["args"] = new JsonObject
                        {
                            ["type"] = "templateSql",
                            ["fragments"] = new JsonArray(
                                new JsonObject { ["type"] = "stringChunk", ["chunk"] = $"SELECT {columns}{payload} AS \"payload\"" }
                            ),
                            ["args"] = new JsonArray(),
                            ["argTypes"] = new JsonArray(),
                            ["placeholderFormat"] = new JsonObject { ["prefix"] = "$", ["hasNumbering"] = true },
                            ["chunkable"] = true,
                        },
                    },
                    ["structure"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["serializedName"] = null,
                        ["fields"] = fields,
                    },
                    ["enums"] = new JsonObject(),
                },
            },
            ["params"] = new JsonObject(),
        };
        if (mark is { } number)
        {
            body["mark"] = number;
        }
        return body.ToJsonString();
    }

    public static byte[] Post(Uri server, string path, string apiKey, string body, string? cacheControl)
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        string control = cacheControl is null ? "no-cache" : cacheControl;
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nAccept: application/json\r\nAuthorization: Bearer {apiKey}\r\n"
                + $"Content-Type: application/json\r\nPrisma-Engine-Hash: 7.10.0\r\nX-Capture-Telemetry: error\r\ncache-control: {control}\r\n"
                + $"user-agent: Node/20.20.2 (linux; x64) PrismaEngine/0 PrismaClient/7.10.0\r\nContent-Length: {content.Length}\r\n\r\n"
        );
        return [.. Encoding.ASCII.GetBytes(head), .. content];
    }

    public static byte[] Get(Uri server, string path) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\nAccept: application/json\r\n\r\n");

    private static JsonObject Field(string name, string type) =>
        new()
        {
            ["type"] = "field",
            ["dbName"] = name,
            ["fieldType"] = new JsonObject { ["arity"] = "required", ["type"] = type },
        };
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>Requests in the form that the 7.x client sends.</summary>
internal static class Plans
{
    /// <summary><c>$queryRaw</c>: the answer is columns, types and rows.</summary>
    public static string RawQuery(string sql, params object?[] arguments) => Request("queryRaw", "query", sql, arguments);

    /// <summary><c>$executeRaw</c>: the answer is the number of rows.</summary>
    public static string RawExecute(string sql, params object?[] arguments) => Request("executeRaw", "execute", sql, arguments);

    /// <summary>A statement as the client's compiler makes it, whose rows come back as they are.</summary>
    public static string Compiled(string type, string sql, string operation = "findMany") => Body(operation, Statement(type, sql));

    /// <summary>Statements in a transaction node, as for a nested write.</summary>
    public static string Transaction(params string[] statements) =>
        Body(
            "updateOne",
            new JsonObject
            {
                ["type"] = "transaction",
                ["args"] = new JsonObject
                {
                    ["type"] = "seq",
                    ["args"] = new JsonArray([.. statements.Select(sql => (JsonNode)Statement("execute", sql))]),
                },
            }
        );

    public static string Body(string operation, JsonNode plan) =>
        new JsonObject
        {
            ["operation"] = operation,
            ["plan"] = plan,
            ["params"] = new JsonObject(),
        }.ToJsonString();

    private static string Request(string operation, string node, string sql, object?[] arguments) =>
        Body(
            operation,
            new JsonObject
            {
                ["type"] = node,
                ["args"] = new JsonObject
                {
                    ["type"] = "rawSql",
                    ["sql"] = sql,
                    ["args"] = JsonSerializer.SerializeToNode(arguments),
                    ["argTypes"] = new JsonArray([.. arguments.Select(ArgumentType)]),
                },
            }
        );

    private static JsonObject Statement(string type, string sql) =>
        new()
        {
            ["type"] = type,
            ["args"] = new JsonObject
            {
                ["type"] = "templateSql",
                ["fragments"] = new JsonArray(new JsonObject { ["type"] = "stringChunk", ["chunk"] = sql }),
                ["args"] = new JsonArray(),
                ["argTypes"] = new JsonArray(),
                ["placeholderFormat"] = new JsonObject { ["prefix"] = "$", ["hasNumbering"] = true },
                ["chunkable"] = true,
            },
        };

    private static JsonNode ArgumentType(object? argument) =>
        new JsonObject
        {
            ["arity"] = "scalar",
            ["scalarType"] = argument switch
            {
                int or long or double => "decimal",
                bool => "boolean",
                string => "string",
                _ => "unknown",
            },
            ["dbType"] = null,
        };
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.Testing.Node;

namespace Dormouse.Testing.Prisma;

/// <summary>What Prisma's query engine says of a query document, without a database.</summary>
/// <param name="Error">The error as the client gets it: <c>error</c> and <c>user_facing_error</c>.</param>
/// <param name="IsReached">It was found valid and went as far as the database, or was answered without one.</param>
/// <param name="IsUnreadable">The engine does not take it for a document.</param>
/// <param name="IsPanic">The engine gave up over it.</param>
public sealed record EngineVerdict(JsonObject? Error, bool IsReached, bool IsUnreadable, bool IsPanic);

/// <summary>Prisma's query engine of client 6.19, asked about documents.</summary>
public static class EngineOracle
{
    private static readonly TimeSpan AskLimit = TimeSpan.FromMinutes(3);

    /// <summary>Why it cannot be asked on this machine, or null.</summary>
    public static string? Missing => NodeClients.Missing;

    public static async Task<IReadOnlyList<EngineVerdict>> AskAsync(
        string schema,
        IReadOnlyList<string> documents,
        CancellationToken cancellationToken
    )
    {
        NodeClients clients = await NodeClients.EnsureAsync(ClientSet.Prisma6, cancellationToken);
        string folder = Directory.CreateTempSubdirectory("dormouse-engine-").FullName;
        try
        {
            string input = Path.Combine(folder, "documents.json");
            string output = Path.Combine(folder, "answers.json");
            JsonObject question = new()
            {
                ["schema"] = schema,
                ["documents"] = new JsonArray([.. documents.Select(item => (JsonNode)item)]),
            };
            await File.WriteAllTextAsync(input, question.ToJsonString(), cancellationToken);
            await clients.RunAsync("validate.js", [input, output], AskLimit, cancellationToken);
            JsonArray answers = JsonNode.Parse(await File.ReadAllTextAsync(output, cancellationToken))!.AsArray();
            return [.. answers.Select(answer => Read(answer!.AsObject()))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static EngineVerdict Read(JsonObject answer) =>
        new(
            answer["error"] as JsonObject,
            answer.ContainsKey("reached") || answer.ContainsKey("answer"),
            answer.ContainsKey("unreadable"),
            answer.ContainsKey("panic")
        );
}

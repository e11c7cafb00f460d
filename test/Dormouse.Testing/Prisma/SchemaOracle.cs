using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dormouse.Testing.Node;
using Dormouse.Testing.Processes;

namespace Dormouse.Testing.Prisma;

/// <summary>
/// What Prisma makes of a schema: an error text, or its own description of the models, the SQL that creates the tables, and the types
/// of everything that may be asked of it.
/// </summary>
public sealed record OracleAnswer(string? Error, JsonObject? Datamodel, string? Sql, JsonObject? Queries);

/// <summary>Prisma's own reader, run by Node.js. Its packages are installed once per lock file, under artifacts.</summary>
public static class SchemaOracle
{
    private static readonly string Sources = Path.Combine(Checkout.Root, "test", "Dormouse.Testing", "clients", "schema-oracle");
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AskLimit = TimeSpan.FromMinutes(3);

    /// <summary>Why it cannot be asked on this machine, or null.</summary>
    public static string? Missing => NodeClients.Missing;

    /// <summary>Asks about several schemas at once: starting Node.js costs more than reading most of them.</summary>
    public static async Task<IReadOnlyList<OracleAnswer>> AskAsync(
        IReadOnlyList<string> schemas,
        CancellationToken cancellationToken,
        bool withSql = false,
        bool withQueries = false
    )
    {
        string modules = await EnsureAsync(cancellationToken);
        string folder = Directory.CreateTempSubdirectory("dormouse-schema-").FullName;
        try
        {
            string input = Path.Combine(folder, "schemas.json");
            string output = Path.Combine(folder, "answers.json");
            await File.WriteAllTextAsync(input, JsonSerializer.Serialize(schemas), cancellationToken);
            List<string> words = [Path.Combine(Sources, "oracle.mjs"), modules, input, output];
            if (withSql)
            {
                words.Add("sql");
            }
            if (withQueries)
            {
                words.Add("queries");
            }
            (await ProcessRun.OfAsync("node", words, AskLimit, cancellationToken)).Succeeded();
            JsonArray answers = JsonNode.Parse(await File.ReadAllTextAsync(output, cancellationToken))!.AsArray();
            return [.. answers.Select(answer => Read(answer!.AsObject()))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static OracleAnswer Read(JsonObject answer) =>
        new((string?)answer["error"], answer["datamodel"] as JsonObject, (string?)answer["sql"], answer["queries"] as JsonObject);

    private static async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        string target = Path.Combine(Checkout.Artifacts, "clients", "schema-oracle-" + Digest());
        return await BuildOnce.FolderAsync(
            target,
            async unfinished =>
            {
                foreach (string file in Inputs())
                {
                    File.Copy(file, Path.Combine(unfinished, Path.GetFileName(file)));
                }
                string[] install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
                (await ProcessRun.OfAsync("npm", install, InstallLimit, cancellationToken, unfinished)).Succeeded();
            },
            cancellationToken
        );
    }

    private static string Digest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Inputs())
        {
            hash.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }

    private static IEnumerable<string> Inputs() =>
        ((string[])["package.json", "package-lock.json", ".npmrc"]).Select(file => Path.Combine(Sources, file));
}

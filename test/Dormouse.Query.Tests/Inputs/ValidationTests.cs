using System.Text.Json.Nodes;
using Dormouse.Query.Failures;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Testing.Prisma;

namespace Dormouse.Query.Tests.Inputs;

/// <summary>Documents, most of them faulty: what is said of them is what Prisma's own engine says.</summary>
public sealed class ValidationTests
{
    [Fact]
    public async Task Faults_are_told_as_Prisma_tells_them()
    {
        Assert.SkipWhen(EngineOracle.Missing is not null, EngineOracle.Missing ?? "");
        await AssertSameAsync([.. Documents.Faulty, .. Documents.Captured]);
    }

    /// <summary>DORMOUSE_FUZZ_SEED and DORMOUSE_FUZZ_COUNT make it another or a longer run.</summary>
    [Fact]
    public async Task Changed_documents_are_judged_as_Prisma_judges_them()
    {
        Assert.SkipWhen(EngineOracle.Missing is not null, EngineOracle.Missing ?? "");
        var seed = Setting("DORMOUSE_FUZZ_SEED", 1);
        var mutator = new DocumentMutator(seed);
        // Those with a member twice are no trees that can be changed.
        var documents = Documents.Faulty.Where(text => text.Split("\"id\":").Length <= 2).Concat(Documents.Captured).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await AssertSameAsync([
            .. Enumerable.Range(0, Setting("DORMOUSE_FUZZ_COUNT", 1500)).Select(i => mutator.Mutate(documents[i % documents.Length])),
        ]);
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : usual;

    private static async Task AssertSameAsync(string[] documents)
    {
        var verdicts = await EngineOracle.AskAsync(Documents.SchemaText, documents, TestContext.Current.CancellationToken);
        var engine = new QueryEngine(Documents.Schema, new OperationCache(1000, 10_000_000), new QueryLimits());
        var differences = documents.Zip(verdicts, (document, verdict) => Difference(engine, document, verdict)).OfType<string>().ToList();
        Assert.True(differences.Count == 0, $"{differences.Count} of {documents.Length}:\n" + string.Join("\n\n", differences.Take(10)));
    }

    private static string? Difference(QueryEngine engine, string document, EngineVerdict verdict)
    {
        var ours = Ours(engine, document);
        if (verdict.IsPanic)
        {
            return null;
        }

        if (verdict.IsUnreadable)
        {
            return ours is null ? $"{document}\n    Prisma: no document\n    ours:   valid" : null;
        }

        var theirs = verdict.Error is { } error ? Known(error) : null;
        // Later stages than validation find faults of their own; we find some of them here.
        if (theirs is not null && (string?)theirs["code"] is not (null or "P2009" or "P2012" or "P2019") && ours is null)
        {
            return null;
        }

        // The engine does not look at the arguments of a field that it does not know; which fault it tells first is all that differs.
        if (
            theirs is not null
            && ours?["message"]?.ToString().StartsWith("Could not convert argument value", StringComparison.Ordinal) == true
        )
        {
            return theirs["code"]?.ToString() is null or "P2009" or "P2012" ? null : document;
        }

        // It also takes lists for the objects of a selection, which no client sends, and so finds other faults in such a document first.
        if (theirs is not null && ours?["message"]?.ToString().StartsWith("The query cannot be read", StringComparison.Ordinal) == true)
        {
            return null;
        }

        // What exactly is wrong with a text that is no JSON is said in the words of another parser.
        const string NoJson = "is not a valid `JSON String`";
        if (theirs?["message"]?.ToString().Contains(NoJson) == true && ours?["message"]?.ToString().Contains(NoJson) == true)
        {
            return null;
        }

        // It prints an enum's number in its own tables, which says nothing to anybody.
        if (theirs?["message"]?.ToString().Contains("Enum((FileId(") == true && ours?["code"]?.ToString() == "P2019")
        {
            return null;
        }

        return JsonNode.DeepEquals(theirs, ours)
            ? null
            : $"{document}\n    Prisma: {theirs?.ToJsonString() ?? "valid"}\n    ours:   {ours?.ToJsonString() ?? "valid"}";
    }

    private static JsonObject Known(JsonObject error)
    {
        var told = error["user_facing_error"]!;
        return new JsonObject
        {
            ["code"] = told["error_code"]?.DeepClone(),
            ["message"] = told["message"]?.DeepClone(),
            ["meta"] = told["meta"]?.DeepClone(),
        };
    }

    private static JsonObject? Ours(QueryEngine engine, string document)
    {
        try
        {
            Documents.Prepare(document, engine);
            return null;
        }
        catch (Exception e) when (e is not PlanException)
        {
            return new JsonObject { ["crash"] = e.ToString() };
        }
        catch (PlanException e)
        {
            return new JsonObject
            {
                ["code"] = e.Code,
                ["message"] = e.Message,
                ["meta"] = e.MetaUtf8.IsEmpty ? null : JsonNode.Parse(e.MetaUtf8.Span),
            };
        }
    }
}

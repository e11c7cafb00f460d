using System.Text.Json.Nodes;
using Dormouse.EndToEnd.Differential.Runs;

namespace Dormouse.EndToEnd.Differential.Cases;

/// <summary>
/// A case as a run tells it: a schema, rows as <c>INSERT</c> statements, and steps as JSON, one a line. Lines that begin with <c>#</c> say
/// what it is about. Each step finds the rows as the case gives them, unless its line begins with <c>then</c>: it finds what the step
/// before it left.
/// </summary>
internal sealed record CaseFile(string Name, string Schema, string Rows, IReadOnlyList<(Step Step, bool GoesOn)> Steps)
{
    private const string GoingOn = "then ";

    public static CaseFile Read(string path)
    {
        string[] lines = [.. File.ReadAllLines(path).Where(line => !line.StartsWith('#'))];
        string[] rows = [.. lines.Where(IsRow)];
        string[] steps = [.. lines.Where(IsStep)];
        string[] schema = [.. lines.Where(line => !IsRow(line) && !IsStep(line))];
        return new CaseFile(
            Path.GetFileNameWithoutExtension(path),
            string.Join('\n', schema),
            string.Join('\n', rows),
            [.. steps.Select(line => (StepOf(line), line.StartsWith(GoingOn, StringComparison.Ordinal)))]
        );
    }

    private static bool IsRow(string line) => line.StartsWith("INSERT ", StringComparison.Ordinal);

    private static bool IsStep(string line) => line.StartsWith('{') || line.StartsWith(GoingOn, StringComparison.Ordinal);

    private static Step StepOf(string line)
    {
        JsonObject body = JsonNode.Parse(line.StartsWith('{') ? line : line[GoingOn.Length..])!.AsObject();
        return body.ContainsKey("send") ? new Step(body) : Step.Of(body);
    }
}

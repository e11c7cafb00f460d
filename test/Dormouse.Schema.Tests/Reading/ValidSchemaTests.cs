using Dormouse.Schema.Tests.Oracle;
using Dormouse.Testing.Prisma;

namespace Dormouse.Schema.Tests.Reading;

/// <summary>Valid schemas mean to us what they mean to Prisma.</summary>
public sealed class ValidSchemaTests
{
    [Fact]
    public async Task The_model_of_every_valid_schema_equals_prismas_own()
    {
        Assert.SkipWhen(SchemaOracle.Missing is not null, SchemaOracle.Missing ?? "");
        string[] names = [.. Corpus.Valid];
        IReadOnlyList<OracleAnswer> answers = await SchemaOracle.AskAsync(
            [.. names.Select(name => Corpus.Read("valid", name))],
            TestContext.Current.CancellationToken
        );
        List<string> differences = [];
        foreach ((string name, OracleAnswer answer) in names.Zip(answers))
        {
            SchemaReading reading = SchemaReader.Read(Corpus.Read("valid", name));
            string? difference =
                answer.Error is not null ? "Prisma refuses it: " + answer.Error
                : !reading.IsValid ? string.Join('\n', reading.Diagnostics)
                : SameModels.Difference(answer, reading.Schema);
            if (difference is not null)
            {
                differences.Add($"{name}: {difference}");
            }
        }
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }
}

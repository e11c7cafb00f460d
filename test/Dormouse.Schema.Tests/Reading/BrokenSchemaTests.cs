using Dormouse.Schema.Diagnostics;
using Dormouse.Testing.Prisma;

namespace Dormouse.Schema.Tests.Reading;

/// <summary>
/// Broken schemas, one file a case. What we say stands behind each as a comment; the variable DORMOUSE_BLESS writes it anew.
/// </summary>
public sealed class BrokenSchemaTests
{
    private const string Prefix = "// ";

    public static TheoryData<string> Names() => new(Corpus.Broken);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_broken_schema_gets_the_expected_diagnostics(string name)
    {
        (string schema, string expected) = Split(Corpus.Read("broken", name));
        SchemaReading reading = SchemaReader.Read(schema);
        string actual = string.Join('\n', reading.Diagnostics.Select(Shown));
        if (Environment.GetEnvironmentVariable("DORMOUSE_BLESS") is not null)
        {
            File.WriteAllText(
                Corpus.PathOf("broken", name),
                schema + string.Concat(actual.Split('\n').Select(line => Prefix + line + "\n"))
            );
            expected = actual;
        }
        Assert.Equal(expected, actual);
        Assert.False(reading.IsValid);
    }

    [Fact]
    public async Task Prisma_refuses_every_broken_schema_too()
    {
        Assert.SkipWhen(SchemaOracle.Missing is not null, SchemaOracle.Missing ?? "");
        string[] names = [.. Corpus.Broken];
        IReadOnlyList<OracleAnswer> answers = await SchemaOracle.AskAsync(
            [.. names.Select(name => Split(Corpus.Read("broken", name)).Schema)],
            TestContext.Current.CancellationToken
        );
        Assert.Empty(names.Zip(answers).Where(pair => pair.Second.Error is null).Select(pair => pair.First));
    }

    private static string Shown(Diagnostic diagnostic)
    {
        string kind = diagnostic.Severity == Severity.Error ? "" : "warning: ";
        return $"{diagnostic.Line}:{diagnostic.Column}: {kind}{diagnostic.Message}".Replace("\n", " ", StringComparison.Ordinal);
    }

    /// <summary>The trailing lines of comments are the expectation.</summary>
    private static (string Schema, string Expected) Split(string text)
    {
        string[] lines = text.TrimEnd('\n').Split('\n');
        int end = lines.Length;
        while (end > 0 && lines[end - 1].StartsWith(Prefix, StringComparison.Ordinal))
        {
            end--;
        }
        string schema = string.Concat(lines.Take(end).Select(line => line + "\n"));
        return (schema, string.Join('\n', lines.Skip(end).Select(line => line[Prefix.Length..])));
    }
}

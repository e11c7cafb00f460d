using Dormouse.Schema.Tests.Fuzz;
using Dormouse.Schema.Tests.Oracle;

namespace Dormouse.Schema.Tests.Reading;

/// <summary>A long text is parsed in parts, and nobody can tell.</summary>
public sealed class LongTextTests
{
    private const int Mutants = 1_500;

    /// <summary>Cuts even short texts, before every model where that is allowed.</summary>
    private static readonly SchemaOptions InParts = new() { CharactersPerPart = 40, MostParts = 1_000 };

    private static readonly SchemaOptions AsOne = new() { MostParts = 1 };

    [Fact]
    public void Sound_schemas_mean_the_same_in_parts_and_as_one() =>
        Assert.All(Corpus.Valid, name => AssertSame(Corpus.Read("valid", name)));

    [Fact]
    public void Faults_are_told_in_the_same_words_and_places() =>
        Assert.All(Corpus.Broken, name => AssertSame(Corpus.Read("broken", name)));

    [Fact]
    public void Mutated_schemas_are_read_alike()
    {
        const int Seed = 4711;
        Mutator mutator = new(Seed);
        string[] texts = [.. Corpus.Valid.Select(name => Corpus.Read("valid", name))];
        for (int round = 0; round < Mutants; round++)
        {
            AssertSame(mutator.Mutate(texts[round % texts.Length], 1 + (round % 3)));
        }
    }

    [Theory]
    [InlineData("/*\n\nmodel B {\n  id Int @id\n}\n\n*/")]
    [InlineData("/// About B.\n\nmodel B {\n  id Int @id\n}\n")]
    [InlineData("model B {\n  id Int @id(map:\n\nmodel C {\n  id Int @id\n}\n")]
    [InlineData("model B {\n  id Int @id\n\nmodel C {\n  id Int @id\n}\n")]
    [InlineData("foo B {\n  id Int @id\n\nmodel C {\n  id Int @id\n}\n")]
    [InlineData("model B {\n  id String @id @default(\"\n\nmodel C {\n\")\n}\n")]
    [InlineData("\n\nmodel {\n  id Int @id\n}\n\nmodel C {\n  id Int @id\n}\n")]
    public void A_cut_in_what_only_looks_like_a_block_changes_nothing(string text) =>
        AssertSame("model A {\n  id Int @id\n}\n\n" + text + "\n\nmodel Z {\n  id Int @id\n}\n");

    private static void AssertSame(string text)
    {
        SchemaReading parts = SchemaReader.Read(text, InParts);
        SchemaReading one = SchemaReader.Read(text, AsOne);

        Assert.Equal(one.Diagnostics.Select(item => item.ToString()), parts.Diagnostics.Select(item => item.ToString()));
        Assert.Equal(one.IsValid, parts.IsValid);
        if (one.IsValid)
        {
            Assert.Equal(Dmmf.Of(one.Schema).ToJsonString(), Dmmf.Of(parts.Schema!).ToJsonString());
        }
    }
}

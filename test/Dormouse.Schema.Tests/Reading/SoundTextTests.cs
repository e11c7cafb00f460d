using Dormouse.Schema.Tests.Fuzz;
using Dormouse.Schema.Tests.Oracle;

namespace Dormouse.Schema.Tests.Reading;

/// <summary>A text is read as if it were sound first, in parts and with shared lines, and nobody can tell.</summary>
public sealed class SoundTextTests
{
    private const int Mutants = 1_500;

    /// <summary>Cuts even short texts, before every model where that is allowed.</summary>
    private static readonly SchemaOptions InParts = new()
    {
        CharactersPerPart = 40,
        ModelsPerPart = 1,
        MostParts = 1_000,
    };

    private static readonly SchemaOptions AsOne = new() { AssumeSound = false };

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

    [Theory]
    [InlineData("  b Int /* of\n  c Int */\n  d Int /* of\n  e Int\n  f Int */\n")]
    [InlineData("  b Int // one\n  c Int /// two\n  d Int /// two\n  /// three\n  e Int /// two\n")]
    [InlineData("  b Int @default(1)\n  c Int @default(1)\n  d String @default(1)\n")]
    [InlineData("  b String @db.VarChar(3)\n  c String @db.VarChar(3)\n  d Int @db.VarChar(3)\n")]
    [InlineData("  b Int @map(\"x\")\n  c Int @map(\"x\")\n")]
    [InlineData("  b Int\r\n  c Int\r  d Int\n  e Int\r\n\r\n")]
    [InlineData("  b Int @unique\n  c Int @unique\n  @@index([b])\n  @@index([b])\n  @@index([b, b])\n")]
    [InlineData("  b Int\n  @@index([b])\n  @@index([c])\n  @@unique([b]) }\n")]
    [InlineData("  b Int\n  c Int }\n")]
    [InlineData("  b Int\n  c Int")]
    [InlineData("  b X\n  c X\n  d X[]?\n")]
    public void Lines_that_are_alike_are_still_lines_of_their_own(string lines) =>
        AssertSame("model A {\n  a Int @id\n" + lines + "}\n\nmodel B {\n  a Int @id\n" + lines + "}\n");

    [Theory]
    [InlineData("  id Int @id\n")]
    [InlineData("  id Int @id\n  other Other?\n")]
    public void What_is_said_of_the_configuration_stands_beside_what_is_said_of_models(string lines) =>
        AssertSame(
            "generator client {\n  provider = \"prisma-client-js\"\n  previewFeatures = [\"jsonProtocol\", \"metrics\"]\n}\n\n"
                + $"datasource db {{\n  provider = \"postgresql\"\n}}\n\nmodel A {{\n{lines}}}\n"
        );

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

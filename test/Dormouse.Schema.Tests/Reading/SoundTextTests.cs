using Dormouse.Schema.Models;
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
        ManyThreadsFrom = 0,
        CharactersPerPart = 40,
        ModelsPerPart = 1,
        MostThreads = 4,
    };

    /// <summary>Parses a text as a whole, so that alike lines of all its models are shared, and looks at all models side by side.</summary>
    private static readonly SchemaOptions SideBySide = InParts with { CharactersPerPart = SchemaOptions.Default.MostCharacters };

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
    [InlineData("  b    Int @default(1)\n  long Int @default(1)\n  tab\tInt @default(1)\n  none[Int] @default(1)\n")]
    [InlineData("  b Int @default(\"x\")\n  c Int @default(\"x\")\n  d Json @default(\"{\")\n  e Json @default(\"{\")\n")]
    [InlineData("  b DateTime @updatedAt\n  c DateTime @updatedAt\n  d DateTime? @updatedAt @ignore\n  e DateTime? @updatedAt @ignore\n")]
    [InlineData("  b Int @updatedAt\n  c Int @updatedAt\n  d DateTime @updatedAt\n")]
    [InlineData(
        "  b Decimal @db.Decimal(8, 2)\n  c Decimal @db.Decimal(8, 2)\n  d Decimal? @db.Decimal(8, 2)\n  e Decimal @default(1.5)\n"
    )]
    [InlineData("  b Decimal @db.Decimal(2, 8)\n  c Decimal @db.Decimal(2, 8)\n")]
    [InlineData("  /// one\n  b Int @default(1)\n  c Int @default(1)\n  /// two\n  d Int @default(1)\n  e Int @default(1) /// three\n")]
    [InlineData("  b Unsupported(\"circle\")\n  c Unsupported(\"circle\")\n  d Unsupported(\"circle\")? @default(dbgenerated())\n")]
    [InlineData("  b Unsupported(\"uuid\")\n  c Unsupported(\"Uuid\")\n  d Unsupported(\"Uuid\")\n  e Unsupported(\"x\") @ignore\n")]
    [InlineData("  b Int @relation\n  c Int @relation\n  d Int @foo\n  e Int @foo\n  f Int @default(1) @default(1)\n")]
    [InlineData("  b Int\n  c Int\n  b Int\n  b Int\n")]
    public void Lines_that_are_alike_are_still_lines_of_their_own(string lines) =>
        AssertSame("model A {\n  a Int @id\n" + lines + "}\n\nmodel B {\n  a Int @id\n" + lines + "}\n");

    /// <summary>What is right in the first model may be wrong in the second, where a line is the same but not what stands around it.</summary>
    [Theory]
    [InlineData("  b Int @ignore\n", "  b Int @ignore\n  @@ignore\n")]
    [InlineData("  b Int @map(\"x\")\n", "  b Int @map(\"x\")\n  x Int\n")]
    [InlineData("  b Int @map(\"x\")\n", "  b Int @map(\"x\")\n  x Int @map(\"y\")\n")]
    [InlineData("  b Int @map(\"x\") @default(1)\n", "  b Int @map(\"x\") @default(1)\n  c Int @map(\"x\") @default(1)\n")]
    [InlineData("  b Int @unique\n", "  b Int @id\n")]
    [InlineData("  b Int @unique(map: \"u\")\n", "  b Int @unique(map: \"u\")\n")]
    [InlineData("  b String @db.Xml\n", "  b String @db.Xml\n  @@index([b])\n")]
    [InlineData("  b Int? @default(1)\n", "  b Int? @default(1)\n  @@id([b])\n")]
    [InlineData("  b E @default(X)\n", "  b E @default(X)\n  c E @default(X)\n  d F @default(X)\n")]
    [InlineData("  b E @default(X)\n  c E[] @default([X, Y])\n", "  b E @default(Z)\n")]
    [InlineData("  b E\n  c E\n  d E?\n  e E[]\n", "  b F\n  c F @db.Text\n")]
    [InlineData("  b E\n  c B\n", "  b E\n  c A\n")]
    [InlineData("  b Int @unique\n  c B @relation(fields: [b], references: [a])\n", "  c A?\n  b A\n")]
    public void What_a_line_means_is_taken_over_and_not_what_its_model_makes_of_it(string first, string second) =>
        AssertSame(
            "enum E {\n  X\n  Y\n}\n\nenum F {\n  X @map(\"x\")\n}\n\n"
                + $"model A {{\n  a Int @id\n{first}}}\n\nmodel B {{\n  a Int @id\n{second}}}\n"
        );

    [Fact]
    public void Models_that_are_looked_at_at_once_work_out_the_same()
    {
        const int Models = 100;
        const int Rounds = 20;
        const string Lines = """
              id   String   @id @default(uuid()) @db.Uuid
              b    Int      @default(1)
              c    String?  @map("mapped") @db.VarChar(20)
              d    DateTime @default(now()) @db.Timestamptz(3)
              e    E        @default(X)
              f    DateTime @updatedAt
              g    Json     @default("{}") @ignore
              code String   @unique
            """;
        string models = string.Concat(Enumerable.Range(0, Models).Select(number => $"\nmodel M{number} {{\n{Lines}\n}}\n"));
        for (int round = 0; round < Rounds; round++)
        {
            AssertSame("enum E {\n  X\n}\n" + models);
        }
    }

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
        SchemaReading one = SchemaReader.Read(text, AsOne);
        AssertSame(one, SchemaReader.Read(text, InParts));
        AssertSame(one, SchemaReader.Read(text, SideBySide));
    }

    private static void AssertSame(SchemaReading one, SchemaReading parts)
    {
        Assert.Equal(one.Diagnostics.Select(item => item.ToString()), parts.Diagnostics.Select(item => item.ToString()));
        Assert.Equal(one.IsValid, parts.IsValid);
        if (one.IsValid)
        {
            Assert.Equal(Dmmf.Of(one.Schema).ToJsonString(), Dmmf.Of(parts.Schema!).ToJsonString());
            Assert.Equal(Hidden(one.Schema), Hidden(parts.Schema!));
        }
    }

    /// <summary>What clients do not see of fields, and so is not in the other form.</summary>
    private static IEnumerable<string> Hidden(PrismaSchema schema) =>
        schema
            .Models.SelectMany(model => model.Fields)
            .Select(field =>
                $"{field} {field.Arity} {field.IsIgnored} {field.Documentation} "
                + (field is ScalarField scalar ? $"{scalar.TypeName} {scalar.DatabaseName} {scalar.NativeType} {scalar.Default}" : "")
            );
}

using System.Globalization;
using System.Text;
using Dormouse.Schema.Tests.Oracle;
using Dormouse.Schema.Tests.Reading;
using Dormouse.Testing.Prisma;

namespace Dormouse.Schema.Tests.Fuzz;

/// <summary>Whatever the text, the reader ends soon and without an exception; and it accepts what Prisma accepts, and nothing else.</summary>
[Collection(nameof(Alone))]
public sealed class MutationTests
{
    private const int Mutants = 4_000;
    private const int ComparedMutants = 600;
    private const int LongRuns = 25;

    [Fact]
    public void Mutated_schemas_never_throw() => Mutate(Seed());

    [Fact]
    [Trait("Category", "Long")]
    public void Many_more_mutated_schemas_never_throw()
    {
        for (int run = 1; run <= LongRuns; run++)
        {
            Mutate(Seed() + run);
        }
    }

    [Fact]
    public async Task Mutated_schemas_are_accepted_by_both_or_by_neither_and_mean_the_same()
    {
        Assert.SkipWhen(SchemaOracle.Missing is not null, SchemaOracle.Missing ?? "");
        int seed = Seed();
        Mutator mutator = new(seed);
        string[] texts = [.. Corpus.Valid.Select(name => Corpus.Read("valid", name))];
        string[] mutants =
        [
            .. Enumerable.Range(0, ComparedMutants).Select(round => mutator.Mutate(texts[round % texts.Length], 1 + (round % 2))),
        ];
        IReadOnlyList<OracleAnswer> answers = await SchemaOracle.AskAsync(mutants, TestContext.Current.CancellationToken);
        List<string> differences = [];
        for (int round = 0; round < mutants.Length; round++)
        {
            SchemaReading reading = SchemaReader.Read(mutants[round], new SchemaOptions { RequireUrl = true });
            string? difference = (answers[round].Error, reading.IsValid) switch
            {
                (null, false) => "Prisma accepts it, we do not: " + string.Join('\n', reading.Diagnostics),
                (not null, true) => "we accept it, Prisma does not: " + answers[round].Error,
                (null, true) => SameModels.Difference(answers[round], reading.Schema!),
                _ => null,
            };
            if (difference is not null)
            {
                differences.Add($"seed {seed}, round {round}, {Mutator.Change(texts[round % texts.Length], mutants[round])}\n{difference}");
            }
        }
        Assert.True(differences.Count == 0, $"{differences.Count} of {mutants.Length}\n" + string.Join("\n\n", differences.Take(12)));
    }

    public static TheoryData<string, string> Hostile() =>
        new()
        {
            { "open comments", "/*\n" },
            { "open comments behind fields", "model A {\n id Int /*\n" },
            { "comments that end late", "a Int /* x\n" },
            { "open strings", "a @b(\"\\\n" },
            { "brackets", "[" },
            { "parentheses", "a(" },
            { "at signs", "@" },
            { "open blocks", "model A {\n" },
            { "blocks of one name", "model A {\n id Int @id\n}\n" },
            { "unknown blocks", "foo A {\n x\n" },
            { "blanks", " " },
            { "Unicode blanks", "\u2003" },
            { "empty lines", "\n" },
            { "carriage returns", "\r" },
            { "arguments", "model A {\n a Int @id(" + string.Concat(Enumerable.Repeat("a: 1, ", 50)) },
        };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_texts_take_time_in_proportion_to_their_length(string name, string piece)
    {
        Assert.NotEmpty(name);
        Read(piece, 2_000);
        double small = Read(piece, 100_000);
        double large = Read(piece, 800_000);
        // Eight times the text: quadratic work would take 64 times as long. Short runs are noise.
        Assert.True(large < Math.Max(small * 30, 1_000), $"{name}: {small:0} ms, then {large:0} ms");
    }

    [Theory]
    [InlineData("fields", " f{0} Int @default(1)\n", "model A {{\n id Int @id\n{0}}}\n")]
    [InlineData("attributes", " @@index([id], map: \"i{0}\")\n", "model A {{\n id Int @id\n{0}}}\n")]
    [InlineData(
        "relations",
        " b{0} B @relation(\"r{0}\", fields: [id], references: [id], map: \"k{0}\")\n",
        "model A {{\n id Int @id\n{0}}}\nmodel B {{\n id Int @id\n}}\n"
    )]
    [InlineData(
        "models",
        "model A{0} {{\n id Int @id\n b B @relation(fields: [id], references: [id])\n}}\n",
        "{0}model B {{\n id Int @id\n}}\n"
    )]
    [InlineData("fields in an index", "x{0}, ", "model A {{\n id Int @id\n @@index([{0}id])\n}}\n")]
    [InlineData("unknown types", " f{0} T{0}\n", "model A {{\n id Int @id\n{0}}}\n")]
    [InlineData("enum values", " v{0}\n", "enum E {{\n{0}}}\nmodel A {{\n id Int @id\n e E @default(v1)\n}}\n")]
    [InlineData("attributes of a field", "@a{0} ", "model A {{\n id Int @id {0}\n}}\n")]
    public void Large_blocks_take_time_in_proportion_to_their_length(string name, string piece, string frame)
    {
        double small = ReadFrame(piece, frame, 1_000);
        small = ReadFrame(piece, frame, 2_000);
        double large = ReadFrame(piece, frame, 16_000);
        Assert.True(large < Math.Max(small * 30, 1_000), $"{name}: {small:0} ms, then {large:0} ms");
    }

    private static void Mutate(int seed)
    {
        Mutator mutator = new(seed);
        string[] texts =
        [
            .. Corpus.Valid.Select(name => Corpus.Read("valid", name)),
            .. Corpus.Broken.Select(name => Corpus.Read("broken", name)),
        ];
        for (int round = 0; round < Mutants; round++)
        {
            string mutant = mutator.Mutate(texts[round % texts.Length], 1 + (round % 12));
            Exception? thrown = Record.Exception(() => SchemaReader.Read(mutant));
            Assert.True(thrown is null, $"seed {seed}, round {round}: {thrown}\n{mutant}");
        }
    }

    private static double Read(string piece, int length)
    {
        StringBuilder text = new(length + piece.Length);
        while (text.Length < length)
        {
            text.Append(piece);
        }
        return Time(text.ToString());
    }

    private static double ReadFrame(string piece, string frame, int count)
    {
        string pieces = string.Concat(Enumerable.Range(0, count).Select(index => string.Format(null, piece, index)));
        return Time("datasource db {\n provider = \"postgresql\"\n relationMode = \"prisma\"\n}\n" + string.Format(null, frame, pieces));
    }

    private static double Time(string text)
    {
        double best = double.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            double started = ProcessorMilliseconds();
            SchemaReader.Read(text);
            best = Math.Min(best, ProcessorMilliseconds() - started);
        }
        return best;
    }

    /// <summary>What this thread has worked, so that a busy machine makes no difference.</summary>
    private static double ProcessorMilliseconds() =>
        double.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1e6;

    /// <summary>Fixed, so that a run can be repeated; another one by the variable DORMOUSE_SEED.</summary>
    private static int Seed() => int.TryParse(Environment.GetEnvironmentVariable("DORMOUSE_SEED"), out int seed) ? seed : 20251122;
}

/// <summary>Tests that measure run when no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

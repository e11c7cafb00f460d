using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;

namespace Dormouse.Query.Tests.Inputs;

/// <summary>
/// Whatever the bytes of a document, it is compiled or refused, for memory in proportion to its length. DORMOUSE_FUZZ_SEED makes it
/// another run.
/// </summary>
public sealed class DocumentFuzzTests
{
    private const int CacheEntries = 200;
    private const int CacheBytes = 4_000_000;
    private const int LongRuns = 50;
    private const int Rounds = 3_000;

    /// <summary>The tree, its reading and its plan; and an error with all its words.</summary>
    private const int BytesPerByte = 2_000;
    private const int ErrorBytes = 8_000_000;

    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("DORMOUSE_FUZZ_SEED"), out var seed) ? seed : 1;

    [Fact]
    public void Damaged_documents_are_compiled_or_refused() => Fuzz(Seed);

    [Fact]
    [Trait("Category", "Long")]
    public void Many_more_damaged_documents_are_compiled_or_refused()
    {
        for (var run = 1; run <= LongRuns; run++)
        {
            Fuzz(Seed + run);
        }
    }

    private static void Fuzz(int seed)
    {
        var damage = new Damage(seed);
        var members = new DocumentMutator(seed);
        var cache = new OperationCache(CacheEntries, CacheBytes);
        var engine = new QueryEngine(Documents.Schema, cache, new QueryLimits());
        for (var round = 0; round < Rounds; round++)
        {
            var document = Documents.Captured[round % Documents.Captured.Length];
            // Documents that are still JSON come further than those that are not.
            var bytes = round % 2 == 0 ? Encoding.UTF8.GetBytes(members.Mutate(document)) : damage.Of(Encoding.UTF8.GetBytes(document));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var thrown = Record.Exception(() => engine.Prepare(bytes));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            var where = $"seed {seed}, round {round}: {Encoding.UTF8.GetString(bytes)}\n{thrown}";
            Assert.True(thrown is null or PlanException, where);
            Assert.True(allocated <= (BytesPerByte * (long)bytes.Length) + ErrorBytes, $"{allocated} bytes, {where}");
            Assert.InRange(cache.UsedBytes, 0, CacheBytes);
            Assert.InRange(cache.Count, 0, CacheEntries);
        }
    }

    /// <summary>Bytes that are lost, changed, repeated, or put where they do not belong.</summary>
    private sealed class Damage(int seed)
    {
        private static readonly string[] Pieces =
        [
            "{",
            "}",
            "[",
            "]",
            "\"",
            ",",
            ":",
            "\\",
            "\\ud800",
            "\\u0000",
            "null",
            "1e999",
            "-",
            "{\"$type\":",
            "\"value\":",
            "\"arguments\":",
            "\u00ff",
            "\0",
        ];

        private readonly Random random = new(seed);

        public byte[] Of(byte[] document)
        {
            var bytes = document.ToList();
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                Hurt(bytes);
            }

            return [.. bytes];
        }

        private void Hurt(List<byte> bytes)
        {
            if (bytes.Count < 2)
            {
                return;
            }

            var at = random.Next(bytes.Count);
            var length = random.Next(1, Math.Min(20, bytes.Count - at) + 1);
            switch (random.Next(5))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 2:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
            }
        }
    }
}

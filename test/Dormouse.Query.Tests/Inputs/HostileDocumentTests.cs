using System.Text;
using Dormouse.Query.Failures;
using Dormouse.Query.Inputs;
using Dormouse.Query.Operations;
using Dormouse.Query.Plans;
using Dormouse.Query.Values;

namespace Dormouse.Query.Tests.Inputs;

/// <summary>Documents that are made to hurt are refused with few words and for little memory.</summary>
public sealed class HostileDocumentTests
{
    /// <summary>A few texts as long as they are shown.</summary>
    private const int MaxTold = 100_000;

    /// <summary>The message and the meta object are bounded each, and the last fault of each may end beyond its bound.</summary>
    private const int MaxToldOfDeep = 3 * 1024 * 1024;

    /// <summary>A tree and its names, for each byte of a document; and what an error may take while it is written.</summary>
    private const int BytesPerByte = 250;
    private const int ErrorBytes = 60_000_000;

    public static TheoryData<string> Names => [.. HostileDocuments.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_hostile_document_is_refused_in_few_words_and_for_little_memory(string name)
    {
        var document = Encoding.UTF8.GetBytes(HostileDocuments.All[name]());
        var engine = new QueryEngine(Documents.Schema, new OperationCache(4, 1 << 20), new QueryLimits());
        var before = GC.GetAllocatedBytesForCurrentThread();

        var failure = Assert.Throws<PlanException>(() => engine.Prepare(document));

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var isDeep = name.Contains("deep", StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length + failure.MetaUtf8.Length, 1, isDeep ? MaxToldOfDeep : MaxTold);
        Assert.InRange(allocated, 0, (BytesPerByte * (long)document.Length) + ErrorBytes);
    }

    /// <summary>Were each look for a member to walk past all others, this would take minutes.</summary>
    [Theory(Timeout = 30_000)]
    [InlineData("where")]
    [InlineData("data")]
    [InlineData("selection")]
    public async Task A_name_that_comes_again_and_again_counts_once(string place)
    {
        var document = Encoding.UTF8.GetBytes(HostileDocuments.Repeating(place));
        var engine = new QueryEngine(Documents.Schema, new OperationCache(4, 1 << 20), new QueryLimits());

        var prepared = await Task.Run(() => engine.Prepare(document), TestContext.Current.CancellationToken);

        var read = prepared.Plan.Operation;
        var given = read.Arguments.Find(place);
        Assert.Equal(place == "selection" ? 2 : 1, read.Selection.Fields.Count);
        Assert.Equal(place == "selection" ? 0 : 2, (given as InputObject)?.Fields.Count ?? 0);
    }

    [Theory]
    [InlineData("1e200000", "1e200000")]
    [InlineData("+1_0e-5000", "10e-5000")]
    [InlineData("1e1000", null)]
    public void A_vast_exponent_is_not_written_out(string decimalText, string? expected)
    {
        var document = Documents.Read("findMany", "User", $$$"""{"where":{"balance":"{{{decimalText}}}"}}""");

        var text = Assert.Single(document.Parameters).ToString();
        Assert.Equal(expected ?? "1" + new string('0', 1000), text);
    }

    [Theory]
    [InlineData("1e200000", null)]
    [InlineData("-0.5e-200000", "0")]
    [InlineData("0e200000", "0")]
    [InlineData("0.00000000000000000000000001e27", "10")]
    public void An_integer_of_a_decimal_is_found_without_writing_it_out(string decimalText, string? expected)
    {
        var arguments = $$$$"""{"where":{"age":{"$type":"Decimal","value":"{{{{decimalText}}}}"}}}""";
        if (expected is null)
        {
            Assert.Equal("P2009", Assert.Throws<PlanException>(() => Documents.Read("findMany", "User", arguments)).Code);
            return;
        }

        Assert.Equal(
            expected,
            Encoding.UTF8.GetString(((NumberValue)Documents.Read("findMany", "User", arguments).Parameters[0]).Text.Span)
        );
    }
}

using System.Text.Json.Nodes;

namespace Dormouse.EndToEnd.Conformance;

public sealed class OutcomeTests
{
    [Fact]
    public void Outcomes_that_differ_only_in_what_was_generated_agree()
    {
        JsonNode expected = JsonNode.Parse("""{"result":"{ uid: <uuid>, at: <now> }"}""")!;
        JsonNode actual = JsonNode.Parse("""{"result":"{ uid: 0b7c6a52-1f6e-4c35-9d3b-0e8f4f6f1a2b, at: 2031-01-02T03:04:05.678Z }"}""")!;
        Assert.Null(Outcome.Difference(expected, actual));
    }

    [Fact]
    public void A_seeded_value_that_differs_is_a_difference()
    {
        JsonNode expected = JsonNode.Parse("""{"result":"{\n  uid: 11111111-1111-4111-8111-111111111111\n}"}""")!;
        JsonNode actual = JsonNode.Parse("""{"result":"{\n  uid: 11111111-1111-4111-8111-111111111112\n}"}""")!;
        Assert.Contains("line 2", Outcome.Difference(expected, actual), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_is_compared_by_its_members_in_any_order()
    {
        JsonNode expected = JsonNode.Parse("""{"error":{"code":"P2028","meta":{"timeTaken":0,"timeout":5}}}""")!;
        JsonNode actual = JsonNode.Parse("""{"error":{"meta":{"timeout":5,"timeTaken":412},"code":"P2028"}}""")!;
        Assert.Null(Outcome.Difference(expected, actual));
        actual["error"]!["code"] = "P2025";
        Assert.NotNull(Outcome.Difference(expected, actual));
    }

    [Fact]
    public void A_result_where_an_error_was_expected_is_a_difference()
    {
        JsonNode expected = JsonNode.Parse("""{"error":{"code":"P2025"}}""")!;
        Assert.NotNull(Outcome.Difference(expected, JsonNode.Parse("""{"result":"null"}""")!));
    }

    [Fact]
    public void Records_marked_as_unordered_may_come_in_any_order_and_must_all_be_there()
    {
        JsonNode expected = JsonNode.Parse("""{"result":"[ { n: 1 }, { n: 2 } ]","unordered":true}""")!;
        Assert.Null(Outcome.Difference(expected, JsonNode.Parse("""{"result":"[ { n: 2 }, { n: 1 } ]"}""")!));
        Assert.NotNull(Outcome.Difference(expected, JsonNode.Parse("""{"result":"[ { n: 2 }, { n: 2 } ]"}""")!));
        Assert.NotNull(Outcome.Difference(expected, JsonNode.Parse("""{"result":"[ { n: 2 } ]"}""")!));
    }
}

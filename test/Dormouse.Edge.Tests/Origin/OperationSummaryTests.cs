using System.Text;
using Dormouse.Edge.Origin;

namespace Dormouse.Edge.Tests.Origin;

public sealed class OperationSummaryTests
{
    [Theory]
    [InlineData("""{"modelName":"User","action":"findMany","query":{"arguments":{},"selection":{}}}""", "findMany User")]
    [InlineData("""{"action":"aggregate","modelName":"User","query":{"action":"createOne"}}""", "aggregate User")]
    [InlineData("""{"modelName":"a b","action":"groupBy","query":{}}""", "groupBy")]
    public void A_read_is_known_by_its_action(string body, string name) =>
        Assert.Equal(new OperationSummary(true, name), OperationSummary.Read(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""{"modelName":"User","action":"createOne","query":{}}""")]
    [InlineData("""{"action":"queryRaw","query":{}}""")]
    [InlineData("""{"action":"findMany","query":{}}""")]
    [InlineData("""{"modelName":"User","action":"findMany","query":{},"action":"deleteMany"}""")]
    [InlineData("""{"modelName":"User","action":"findMany","query":{},"action":"findMany"}""")]
    [InlineData("""{"modelName":"User","\u0061ction":"deleteMany","query":{},"action":"findMany"}""")]
    [InlineData("""{"modelName":"User","action":"findMany","query":{},"batch":[]}""")]
    [InlineData("""{"batch":[{"modelName":"User","action":"findMany","query":{}}]}""")]
    [InlineData("""{"modelName":"User","action":{"a":"findMany"},"query":{}}""")]
    [InlineData("""{"modelName":"User","action":"findMany","query":{}} {}""")]
    [InlineData("""{"modelName":"User","action":"findMany","query":{}""")]
    [InlineData("""{"modelName":"User","action":"\ud800","query":{}}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void Whatever_may_be_more_than_one_read_is_none(string body) =>
        Assert.False(OperationSummary.Read(Encoding.UTF8.GetBytes(body)).OnlyReads);
}

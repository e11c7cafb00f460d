using System.Globalization;
using Dormouse.Query.Failures;
using Dormouse.Query.Tests.Sessions;

namespace Dormouse.Query.Tests.Generators;

public sealed class ValueGeneratorsTests
{
    [Theory]
    [InlineData("uuid", "[4]", "^\"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\"$")]
    [InlineData("uuid", "[7]", "^\"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\"$")]
    [InlineData("cuid", "[1]", "^\"c[0-9a-z]{24}\"$")]
    [InlineData("cuid", "[2]", "^\"[a-z][0-9a-z]{23}\"$")]
    [InlineData("ulid", "[]", "^\"[0-7][0-9A-HJKMNP-TV-Z]{25}\"$")]
    [InlineData("nanoid", "[]", "^\"[A-Za-z0-9_-]{21}\"$")]
    [InlineData("nanoid", "[5]", "^\"[A-Za-z0-9_-]{5}\"$")]
    [InlineData("now", "[]", "^\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\"$")]
    public async Task A_generator_makes_values_of_its_form_and_never_one_twice(string name, string args, string form)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            var value = await Run.Plan(Value(name, args));
            Assert.Matches(form, value);
            Assert.True(seen.Add(value) || name == "now");
        }
    }

    [Theory]
    [InlineData("[1,[2,3]]", "[[1,2],[1,3]]")]
    [InlineData("[[1,2],3]", "[[1,3],[2,3]]")]
    [InlineData("[1,2]", "[[1,2]]")]
    [InlineData("[[1,2],[3,4]]", "[[1,3],[1,4],[2,3],[2,4]]")]
    [InlineData("[[],[3,4]]", "[]")]
    public async Task A_product_has_all_pairs(string args, string expected) =>
        Assert.Equal(expected, await Run.Plan(Value("product", args)));

    [Theory]
    [InlineData("uuid", "[5]", "Invalid UUID generator arguments")]
    [InlineData("cuid", "[3]", "Invalid CUID generator arguments")]
    [InlineData("nanoid", "[-1]", "Invalid Nanoid generator arguments")]
    [InlineData("nanoid", "[1000000000]", "Invalid Nanoid generator arguments")]
    [InlineData("product", "[1]", "Invalid Product generator arguments")]
    [InlineData("dice", "[]", "Encountered an unknown generator 'dice'")]
    public async Task Wrong_arguments_are_refused(string name, string args, string message) =>
        Assert.Equal(message, (await Assert.ThrowsAsync<PlanException>(() => Run.Plan(Value(name, args)))).Message);

    [Fact]
    public async Task Now_is_one_instant_for_the_whole_request()
    {
        var now = Value("now", "[]");
        var values = (await Run.Plan($$"""{"type":"concat","args":[{{now}},{{now}}]}""")).Trim('[', ']').Split(',');
        Assert.Equal(values[0], values[1]);
        var time = DateTimeOffset.Parse(values[0].Trim('"'), CultureInfo.InvariantCulture);
        Assert.True((TimeProvider.System.GetUtcNow() - time).Duration() < TimeSpan.FromMinutes(1));
    }

    private static string Value(string name, string args) =>
        "{\"type\":\"value\",\"args\":{\"prisma__type\":\"generatorCall\",\"prisma__value\":{\"name\":\""
        + name
        + "\",\"args\":"
        + args
        + "}}}";
}

using System.Text.Json.Nodes;
using Dormouse.Bench.Reports;

namespace Dormouse.EndToEnd.Benches;

public sealed class MeasureTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(25, 2)]
    [InlineData(50, 3)]
    [InlineData(99, 4.96)]
    [InlineData(100, 5)]
    public void A_percentile_is_interpolated_between_its_neighbours(double percent, double expected) =>
        Assert.Equal(expected, Measure.Percentile([5, 3, 1, 4, 2], percent), precision: 9);

    [Fact]
    public void A_single_value_is_every_percentile() => Assert.Equal(7, Measure.Percentile([7], 99));

    [Fact]
    public void Rounds_give_their_median_and_quartiles() => Assert.Equal(new Measure(30, 20, 40), Measure.OverRounds([50, 10, 30, 20, 40]));

    [Fact]
    public void The_spread_of_a_pooled_tail_contains_it()
    {
        // One slow sample in one round of three decides the pooled p99, and lies outside of the rounds' quartiles.
        double[][] rounds =
        [
            [1, 1, 1],
            [1, 1, 1],
            [1, 1, 100],
        ];
        Measure measure = Measure.OverSamples(rounds, 100);
        Assert.Equal(100, measure.Value);
        Assert.InRange(measure.Value, measure.Low, measure.High);
    }

    [Fact]
    public void Ratios_are_averaged_geometrically() => Assert.Equal(1, Measure.GeometricMean([4, 0.25]), precision: 9);

    [Theory]
    [InlineData(1, 2, true)]
    [InlineData(2, 3, true)]
    [InlineData(2, 4, null)]
    [InlineData(3.1, 4, false)]
    public void An_upper_aim_is_undecided_where_its_limit_lies_within_the_spread(double low, double high, bool? holds) =>
        Assert.Equal(holds, new Aim("x_ms", AtMost: true, 3).Holds(new Measure((low + high) / 2, low, high)));

    [Theory]
    [InlineData(3, 4, true)]
    [InlineData(2, 4, null)]
    [InlineData(1, 2, false)]
    public void A_lower_aim_is_judged_the_other_way_round(double low, double high, bool? holds) =>
        Assert.Equal(holds, new Aim("x_ratio", AtMost: false, 3).Holds(new Measure((low + high) / 2, low, high)));

    [Fact]
    public void A_report_is_one_object_with_figures_baselines_and_aims_by_name()
    {
        BenchReport report = new("sample", 5);
        report.Figure("x_ms", new Measure(2.12345, 2, 4));
        report.Baseline("bare_x_ms", new Measure(1, 1, 1));
        report.Aim(new Aim("x_ms", AtMost: true, 3));

        JsonNode json = JsonNode.Parse(report.ToJson())!;

        Assert.Equal("sample", json["name"]!.GetValue<string>());
        Assert.Equal(5, json["repeats"]!.GetValue<int>());
        Assert.Equal(2.123, json["figures"]!["x_ms"]!.GetValue<double>());
        Assert.Equal(1, json["baselines"]!["bare_x_ms"]!.GetValue<double>());
        Assert.Equal("x_ms <= 3", json["aims"]![0]!["aim"]!.GetValue<string>());
        Assert.Equal(2.123, json["aims"]![0]!["value"]!.GetValue<double>());
        Assert.True(json["aims"]![0]!.AsObject().ContainsKey("holds"));
        Assert.Null(json["aims"]![0]!["holds"]);
        Assert.Equal(["cpu", "cores", "memory", "kernel"], json["machine"]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public void An_aim_without_a_figure_is_refused() =>
        Assert.Throws<ArgumentException>(() => new BenchReport("sample", 5).Aim(new Aim("y_ms", AtMost: true, 3)));
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Dormouse.Control.Tests.Metrics;

/// <summary>
/// Reads Prometheus' text format 0.0.4 as strictly as its description allows: each family has HELP, then TYPE, then its samples, and comes
/// once; a histogram's buckets ascend to +Inf, are cumulative, and end in its count. Anything else fails the test.
/// </summary>
internal sealed partial class PrometheusPage
{
    private readonly Dictionary<string, double> samples = [];
    private readonly HashSet<string> families = [];

    public PrometheusPage(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        string[] lines = text[..^1].Split('\n');
        for (var index = 0; index < lines.Length; )
        {
            Match help = Match(HelpLine(), lines[index++]);
            string name = help.Groups["name"].Value;
            Match type = Match(TypeLine(), lines[index++]);
            Assert.Equal(name, type.Groups["name"].Value);
            Assert.True(families.Add(name), $"{name} comes twice.");
            int first = index;
            while (index < lines.Length && !lines[index].StartsWith('#'))
            {
                index++;
            }
            Assert.True(index > first, $"{name} has no samples.");
            Family(name, type.Groups["type"].Value, lines[first..index]);
        }
    }

    public IEnumerable<string> Families => families;

    /// <summary>A sample by its name and labels, as they stand in the text.</summary>
    public double this[string sample] => samples[sample];

    [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\\n]|\\\\|\\n)+$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(
        """^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*")*)\})? (?<value>\S+)$"""
    )]
    private static partial Regex SampleLine();

    [GeneratedRegex("""^(?<rest>.*?),?le="(?<bound>[^"]*)"$""")]
    private static partial Regex BoundLast();

    private static Match Match(Regex form, string line)
    {
        Match match = form.Match(line);
        Assert.True(match.Success, $"'{line}' is not {form}");
        return match;
    }

    private void Family(string name, string type, string[] lines)
    {
        var buckets = new Dictionary<string, List<(double Bound, double Count)>>();
        foreach (string line in lines)
        {
            Match sample = Match(SampleLine(), line);
            double value = Number(sample.Groups["value"].Value);
            Assert.True(samples.TryAdd(line[..line.LastIndexOf(' ')], value), $"'{line}' comes twice.");
            string suffix = sample.Groups["name"].Value[name.Length..];
            Assert.StartsWith(name, line, StringComparison.Ordinal);
            string[] suffixes = type == "histogram" ? ["_bucket", "_sum", "_count"] : [""];
            Assert.Contains(suffix, suffixes);
            if (suffix == "_bucket")
            {
                Match bound = Match(BoundLast(), sample.Groups["labels"].Value);
                string series = bound.Groups["rest"].Value;
                buckets.TryAdd(series, []);
                buckets[series].Add((Number(bound.Groups["bound"].Value), value));
            }
        }
        foreach ((string series, List<(double Bound, double Count)> steps) in buckets)
        {
            Assert.Equal(steps.OrderBy(step => step.Bound), steps);
            Assert.Equal(steps.OrderBy(step => step.Count).Select(step => step.Count), steps.Select(step => step.Count));
            Assert.Equal(double.PositiveInfinity, steps[^1].Bound);
            string labels = series.Length == 0 ? "" : "{" + series + "}";
            Assert.Equal(samples[name + "_count" + labels], steps[^1].Count);
            Assert.Contains(name + "_sum" + labels, samples.Keys);
        }
    }

    private static double Number(string text) =>
        text == "+Inf" ? double.PositiveInfinity : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}

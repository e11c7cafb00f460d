using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dormouse.Bench.Reports;

/// <summary>What a bench found: figures of Dormouse, baselines of what it is compared with, and the aims. Names end in their unit.</summary>
internal sealed class BenchReport(string name, int repeats)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, Measure> figures = [];
    private readonly Dictionary<string, Measure> baselines = [];
    private readonly List<Aim> aims = [];

    public void Figure(string figure, Measure measure) => figures.Add(figure, measure);

    public void Baseline(string baseline, Measure measure) => baselines.Add(baseline, measure);

    /// <summary>Adds an aim for a figure that is there already.</summary>
    public void Aim(Aim aim)
    {
        if (!figures.ContainsKey(aim.Figure))
        {
            throw new ArgumentException($"There is no figure '{aim.Figure}' to hold an aim against.", nameof(aim));
        }
        aims.Add(aim);
    }

    public string ToJson()
    {
        Machine machine = Machine.Here();
        JsonObject report = new()
        {
            ["name"] = name,
            ["machine"] = new JsonObject
            {
                ["cpu"] = machine.Cpu,
                ["cores"] = machine.Cores,
                ["memory"] = machine.Memory,
                ["kernel"] = machine.Kernel,
            },
            ["repeats"] = repeats,
            ["figures"] = Values(figures),
            ["baselines"] = Values(baselines),
            ["spread"] = new JsonObject(figures.Concat(baselines).Select(Spread)),
            ["aims"] = new JsonArray([.. aims.Select(Judged)]),
        };
        return report.ToJsonString(Readable);
    }

    public string ToText()
    {
        Machine machine = Machine.Here();
        StringBuilder text = new();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{name}: {repeats} rounds on {machine.Cpu}, {machine.Cores} cores, {machine.Memory}, Linux {machine.Kernel}"
        );
        Append(text, "figures", figures);
        Append(text, "baselines", baselines);
        foreach (Aim aim in aims)
        {
            string verdict = aim.Holds(figures[aim.Figure]) switch
            {
                true => "holds",
                false => "does not hold",
                null => "undecided",
            };
            text.AppendLine(CultureInfo.InvariantCulture, $"aim {aim}: {Rounded(figures[aim.Figure].Value)}, {verdict}");
        }
        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, string title, Dictionary<string, Measure> measures)
    {
        text.AppendLine(title);
        foreach ((string measure, Measure value) in measures)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"  {measure, -40} {Rounded(value.Value), 12}   ({Rounded(value.Low)} to {Rounded(value.High)})"
            );
        }
    }

    private JsonNode Judged(Aim aim)
    {
        Measure measure = figures[aim.Figure];
        return new JsonObject
        {
            ["aim"] = aim.ToString(),
            ["value"] = Rounded(measure.Value),
            ["holds"] = aim.Holds(measure),
        };
    }

    private static JsonObject Values(Dictionary<string, Measure> measures) =>
        new(measures.Select(measure => KeyValuePair.Create<string, JsonNode?>(measure.Key, Rounded(measure.Value.Value))));

    private static KeyValuePair<string, JsonNode?> Spread(KeyValuePair<string, Measure> measure) =>
        KeyValuePair.Create<string, JsonNode?>(measure.Key, new JsonArray(Rounded(measure.Value.Low), Rounded(measure.Value.High)));

    private static double Rounded(double value) => Math.Round(value, 3);
}

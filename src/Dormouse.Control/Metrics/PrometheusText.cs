using System.Globalization;
using System.Text;

namespace Dormouse.Control.Metrics;

/// <summary>
/// Metrics in Prometheus' text format 0.0.4. Names become what Prometheus allows and what OpenTelemetry's rules for it say: dots turn into
/// underscores, the unit goes behind the name, and counters end in <c>_total</c>.
/// </summary>
internal static class PrometheusText
{
    public static string Of(IReadOnlyList<InstrumentReading> readings)
    {
        var text = new StringBuilder();
        foreach (InstrumentReading reading in readings.Where(reading => reading.Series.Count > 0))
        {
            Write(text, reading);
        }
        return text.ToString();
    }

    private static void Write(StringBuilder text, InstrumentReading reading)
    {
        string name = NameOf(reading);
        string help = reading.Description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(reading.Kind)).Append('\n');
        foreach (SeriesReading series in reading.Series)
        {
            if (reading.Kind == MetricKind.Histogram)
            {
                WriteHistogram(text, name, series);
            }
            else
            {
                WriteSample(text, name, series.Tags, Number(series.Value));
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, SeriesReading series)
    {
        long count = 0;
        for (var index = 0; index < series.Buckets.Count; index++)
        {
            count += series.Buckets[index];
            string bound = index < series.Bounds.Count ? Number(series.Bounds[index]) : "+Inf";
            WriteSample(text, name + "_bucket", [.. series.Tags, ("le", bound)], Number(count));
        }
        WriteSample(text, name + "_sum", series.Tags, Number(series.Value));
        WriteSample(text, name + "_count", series.Tags, Number(count));
    }

    private static void WriteSample(StringBuilder text, string name, IReadOnlyList<(string Name, string Value)> tags, string value)
    {
        text.Append(name);
        for (var index = 0; index < tags.Count; index++)
        {
            text.Append(index == 0 ? '{' : ',').Append(Allowed(tags[index].Name)).Append("=\"");
            AppendEscaped(text, tags[index].Value);
            text.Append('"');
        }
        text.Append(tags.Count > 0 ? "} " : " ").Append(value).Append('\n');
    }

    private static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (char letter in value)
        {
            _ = letter switch
            {
                '\\' => text.Append("\\\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append("\\n"),
                _ => text.Append(letter),
            };
        }
    }

    private static string NameOf(InstrumentReading reading)
    {
        string unit = reading.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            // What is in braces says what is counted and is no unit.
            _ => "",
        };
        return Allowed(reading.Name) + unit + (reading.Kind == MetricKind.Counter ? "_total" : "");
    }

    private static string Allowed(string name) =>
        string.Create(
            name.Length,
            name,
            static (allowed, name) =>
            {
                for (var index = 0; index < name.Length; index++)
                {
                    allowed[index] = char.IsAsciiLetterOrDigit(name[index]) ? name[index] : '_';
                }
            }
        );

    private static string TypeOf(MetricKind kind) =>
        kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        };

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}

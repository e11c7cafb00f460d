using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace Dormouse.Telemetry;

/// <summary>OpenTelemetry's exporter, with its results counted.</summary>
internal sealed class SpanExporter(OtlpExporterOptions options, OtlpCounts counts) : OtlpTraceExporter(options)
{
    public override ExportResult Export(in Batch<Activity> batch)
    {
        // The batch empties as it is read.
        long count = batch.Count;
        ExportResult result = base.Export(batch);
        counts.Leave(count, result == ExportResult.Success);
        return result;
    }
}

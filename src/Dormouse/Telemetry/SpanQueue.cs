using System.Diagnostics;
using OpenTelemetry;

namespace Dormouse.Telemetry;

/// <summary>
/// The spans that wait for the collector. OpenTelemetry's own queue drops without telling how much, so there is never more in it than it
/// takes: <see cref="OtlpCounts"/> keeps the account. Whoever ends a span never waits.
/// </summary>
internal sealed class SpanQueue(OtlpOptions options, OtlpCounts counts, SpanExporter exporter)
    : BatchActivityExportProcessor(
        exporter,
        options.SpansWaitingMax,
        (int)options.SpansEvery.TotalMilliseconds,
        (int)options.Timeout.TotalMilliseconds,
        options.SpansPerExport
    )
{
    public override void OnEnd(Activity data)
    {
        if (data.Recorded && counts.TryEnter())
        {
            base.OnEnd(data);
        }
    }
}

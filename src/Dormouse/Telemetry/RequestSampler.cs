using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Dormouse.Telemetry;

/// <summary>
/// Which requests are recorded. What happens within a request goes with it. A request whose caller has decided is recorded as the caller
/// says, others by chance; neither above so many in a second, because anybody can be the caller, and of these no caller more than a share,
/// so that nobody can keep others from being recorded. Only requests begin traces. Thread-safe.
/// </summary>
internal sealed class RequestSampler(OtlpOptions options, OtlpCounts counts, TimeProvider timeProvider) : Sampler
{
    // As the edge has it, which knows nothing of who samples.
    private const string CallerTag = "dormouse.caller";

    private readonly TraceIdRatioBasedSampler chance = new(options.Ratio);
    private readonly long ticksPerRequest =
        options.RequestsPerSecond == 0 ? 0 : Math.Max(1, timeProvider.TimestampFrequency / options.RequestsPerSecond);

    private readonly CallerShares shares = new(options.RequestsPerSecond, timeProvider);

    // When the second's worth of requests will all be there again (the generic cell rate algorithm); in the past when they are.
    private long fullAt;

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        ActivityContext parent = samplingParameters.ParentContext;
        bool isDecided = parent.TraceId != default;
        bool isWanted = isDecided && parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
        if (isDecided && !parent.IsRemote)
        {
            return Of(isWanted);
        }
        if (samplingParameters.Kind != ActivityKind.Server)
        {
            return Of(false);
        }
        return Of(
            (isDecided ? isWanted : chance.ShouldSample(samplingParameters).Decision == SamplingDecision.RecordAndSample)
                && HasRoom(CallerOf(samplingParameters))
        );
    }

    private static SamplingResult Of(bool isRecorded) => new(isRecorded ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);

    /// <summary>What the front door knows of it before it has looked at the request; no attribute of any span.</summary>
    private static string? CallerOf(in SamplingParameters parameters)
    {
        foreach ((string name, object? value) in parameters.Tags ?? [])
        {
            if (name == CallerTag)
            {
                return value as string;
            }
        }
        return null;
    }

    private bool HasRoom(string? caller)
    {
        if (ticksPerRequest == 0)
        {
            return true;
        }
        if (!shares.TryTake(caller))
        {
            counts.LeftUnrecorded();
            return false;
        }
        long now = timeProvider.GetTimestamp();
        while (true)
        {
            long seen = Volatile.Read(ref fullAt);
            long next = Math.Max(seen, now) + ticksPerRequest;
            if (next - now > timeProvider.TimestampFrequency)
            {
                counts.LeftUnrecorded();
                return false;
            }
            if (Interlocked.CompareExchange(ref fullAt, next, seen) == seen)
            {
                return true;
            }
        }
    }
}

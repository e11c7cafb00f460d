using System.Diagnostics;
using System.Diagnostics.Metrics;
using Dormouse.Telemetry;
using Dormouse.Testing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;

namespace Dormouse.Tests.Telemetry;

public sealed class RequestSamplerTests : IDisposable
{
    private static readonly OtlpOptions Options = new(new Uri("http://localhost:4318"), "1");

    private readonly ManualTimeProvider time = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => services.Dispose();

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void A_callers_decision_goes_before_chance(bool isRecorded, double ratio)
    {
        RequestSampler sampler = Sampler(Options with { Ratio = ratio });

        Assert.Equal(isRecorded, Asks(sampler, Parent(isRecorded, isRemote: true)));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.25, 150, 350)]
    [InlineData(1, 1000, 1000)]
    public void Without_one_the_ratio_decides(double ratio, int least, int most)
    {
        RequestSampler sampler = Sampler(Options with { Ratio = ratio, RequestsPerSecond = 0 });

        Assert.InRange(Enumerable.Range(0, 1000).Count(_ => Asks(sampler, default)), least, most);
    }

    [Fact]
    public void More_requests_than_a_second_may_have_are_not_recorded_whoever_asks_for_it_and_are_counted()
    {
        long unrecorded = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, to) =>
            {
                if (instrument.Name == "dormouse.otlp.unrecorded_requests" && ReferenceEquals(instrument.Meter.Scope, Meters))
                {
                    to.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => unrecorded += value);
        listener.Start();
        RequestSampler sampler = Sampler(Options with { RequestsPerSecond = 10 });

        int first = Enumerable
            .Range(0, 100)
            .Count(number => Asks(sampler, number % 2 == 0 ? default : Parent(true, isRemote: true), caller: $"db_{number}"));
        time.Advance(TimeSpan.FromSeconds(0.5));
        int second = Enumerable.Range(0, 100).Count(number => Asks(sampler, Parent(true, isRemote: true), caller: $"db_{100 + number}"));

        Assert.Equal((10, 5, 185L), (first, second, unrecorded));
    }

    [Fact]
    public void No_caller_can_keep_others_from_being_recorded()
    {
        RequestSampler sampler = Sampler(Options with { RequestsPerSecond = 100 });
        for (var round = 0; round < 5; round++)
        {
            int greedy = Enumerable.Range(0, 1_000).Count(_ => Asks(sampler, Parent(true, isRemote: true), caller: "db_greedy"));
            int unknown = Enumerable.Range(0, 1_000).Count(_ => Asks(sampler, Parent(true, isRemote: true)));
            int modest = Enumerable.Range(0, 20).Count(_ => Asks(sampler, Parent(true, isRemote: true), caller: "db_modest"));

            // Of those who asked within a second or the one before; in the first, nobody has asked before.
            Assert.Equal(round == 0 ? (50, 33, 17) : (25, 25, 20), (greedy, unknown, modest));
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Whoever_is_alone_has_half_and_there_is_room_for_the_next()
    {
        RequestSampler sampler = Sampler(Options with { RequestsPerSecond = 100 });

        Assert.Equal(50, Enumerable.Range(0, 1_000).Count(_ => Asks(sampler, default, caller: "db_one")));
        Assert.Equal(33, Enumerable.Range(0, 1_000).Count(_ => Asks(sampler, default, caller: "db_two")));
    }

    [Fact]
    public void What_happens_within_a_request_goes_with_it_and_takes_no_place()
    {
        RequestSampler sampler = Sampler(Options with { RequestsPerSecond = 1 });

        Assert.True(Asks(sampler, default));
        Assert.True(Asks(sampler, Parent(true, isRemote: false), ActivityKind.Internal));
        Assert.False(Asks(sampler, Parent(false, isRemote: false), ActivityKind.Internal));
        Assert.False(Asks(sampler, default));
    }

    [Fact]
    public void What_belongs_to_no_request_begins_no_trace() => Assert.False(Asks(Sampler(Options), default, ActivityKind.Client));

    private IMeterFactory Meters => services.GetRequiredService<IMeterFactory>();

    private RequestSampler Sampler(OtlpOptions options) => new(options, new OtlpCounts(options, Meters), time);

    private static bool Asks(
        RequestSampler sampler,
        ActivityContext parent,
        ActivityKind kind = ActivityKind.Server,
        string? caller = null
    ) =>
        sampler
            .ShouldSample(
                new SamplingParameters(
                    parent,
                    ActivityTraceId.CreateRandom(),
                    "POST /query",
                    kind,
                    caller is null ? null : [new KeyValuePair<string, object?>("dormouse.caller", caller)]
                )
            )
            .Decision == SamplingDecision.RecordAndSample;

    private static ActivityContext Parent(bool isRecorded, bool isRemote) =>
        new(
            ActivityTraceId.CreateRandom(),
            ActivitySpanId.CreateRandom(),
            isRecorded ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None,
            null,
            isRemote
        );
}

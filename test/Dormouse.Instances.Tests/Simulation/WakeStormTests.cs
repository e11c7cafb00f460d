using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Tests.Simulation;

/// <summary>All ask at once for what sleeps. In simulated time, so that hours of it cost nothing.</summary>
public sealed class WakeStormTests
{
    private const int Databases = 500;

    [Fact]
    public void Five_hundred_are_woken_a_few_at_a_time_in_the_order_in_which_they_came()
    {
        var storm = new Storm(startTime: TimeSpan.FromMilliseconds(50), startsAtOnce: 2);
        storm.AskAll();
        storm.RunFor(TimeSpan.FromSeconds(20));

        Assert.Equal(Databases, storm.Answered.Count);
        Assert.All(storm.Answered, answer => Assert.Null(answer.Failure));
        Assert.Equal(2, storm.Host.StartsAtOnceSeen);
        Assert.Equal(Databases, storm.Host.Starts);
        // 500 starts of 50 ms, two at a time.
        Assert.Equal(TimeSpan.FromSeconds(12.5), storm.Answered.Max(answer => answer.After));
        Assert.Equal(
            storm.Asked,
            storm.Answered.OrderBy(answer => answer.After).ThenBy(answer => answer.Number).Select(answer => answer.Number)
        );
    }

    [Fact]
    public void A_storm_that_the_host_cannot_carry_answers_the_first_and_refuses_the_last_in_time()
    {
        var storm = new Storm(startTime: TimeSpan.FromMilliseconds(450), startsAtOnce: 2);
        storm.AskAll();
        storm.RunFor(TimeSpan.FromSeconds(40));

        Assert.Equal(Databases, storm.Answered.Count);
        // 30 s of two starts at a time of 450 ms; the others are told that they may try again.
        Assert.Equal(132, storm.Answered.Count(answer => answer.Failure is null));
        Assert.All(
            storm.Answered.Where(answer => answer.Failure is not null),
            answer => Assert.Equal(("DM3402", TimeSpan.FromSeconds(30)), (((DormouseException)answer.Failure!).Code, answer.After))
        );
        // Nobody waits for the others any more, so they are not started in vain: whoever comes now is next.
        Assert.Equal(134, storm.Host.Starts);
        storm.Ask(499);
        storm.RunFor(TimeSpan.FromSeconds(1));
        Assert.Null(storm.Answered[^1].Failure);
        Assert.Equal(TimeSpan.FromMilliseconds(450), storm.Answered[^1].After);
    }

    [Fact]
    public void Who_comes_in_the_middle_of_a_storm_stands_behind_those_who_wait_and_before_those_who_come_again()
    {
        var storm = new Storm(startTime: TimeSpan.FromMilliseconds(50), startsAtOnce: 1);
        storm.AskAll(first: 1, count: 100);
        storm.RunFor(TimeSpan.FromSeconds(1));
        storm.Ask(0);
        storm.RunFor(TimeSpan.Zero);
        storm.AskAll(first: 200, count: 100);
        storm.RunFor(TimeSpan.FromSeconds(20));

        Answer late = storm.Answered.Single(answer => answer.Number == 0);
        Assert.Equal(100, storm.Answered.IndexOf(late));
        Assert.Equal(TimeSpan.FromSeconds(4.05), late.After);
    }

    private sealed record Answer(int Number, TimeSpan After, Exception? Failure);

    private sealed class Storm
    {
        private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

        private readonly SimulatedClock clock = new();
        private readonly SeededScheduler scheduler = new(new Random(1));
        private readonly SimulatedClients clients;
        private readonly DefectLog defects = new();

        public Storm(TimeSpan startTime, int startsAtOnce)
        {
            var options = new InstancesOptions { DataPath = "/nowhere", StartsAtOnceMax = startsAtOnce };
            Host = new SimulatedHost(new Random(1), clock, options, defects) { StepTime = startTime };
            var platform = new SimulatedPlatform(Host, clock, scheduler, options, defects);
            clients = new SimulatedClients(new Random(1), Host, clock, platform, options, defects);
            for (int number = 0; number < Databases; number++)
            {
                FoundInstance found = Host.Plant(Name(number));
                _ = scheduler.Run(() => platform.Instances.AdoptAsync(found));
            }
            RunReady();
        }

        public SimulatedHost Host { get; }

        public List<int> Asked { get; } = [];

        public List<Answer> Answered { get; } = [];

        public void AskAll(int first = 0, int count = Databases)
        {
            for (int number = first; number < first + count; number++)
            {
                Ask(number);
                // One after another, so that there is an order.
                RunReady();
            }
        }

        public void Ask(int number)
        {
            DateTimeOffset asked = clock.Time.GetUtcNow();
            Asked.Add(number);
            _ = clients.RequestAsync(Name(number), (at, failure) => Answered.Add(new Answer(number, at - asked, failure)));
        }

        public void RunFor(TimeSpan time)
        {
            RunReady();
            for (TimeSpan gone = TimeSpan.Zero; gone < time; gone += Tick)
            {
                clock.Time.Advance(Tick);
                RunReady();
            }
        }

        private void RunReady()
        {
            while (scheduler.Step())
            {
                Assert.Null(defects.Defect);
            }
        }

        private static DatabaseId Name(int number) => DatabaseId.Parse($"db_{number:d16}");
    }
}

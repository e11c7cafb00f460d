using Dormouse.Contracts;
using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Tests.Lifecycle;

public sealed class GenerationTests
{
    [Fact]
    public void Nobody_enters_before_it_is_opened()
    {
        Generation generation = New(out _);

        Assert.Null(generation.TryEnter());
        generation.OpenAndEnter().Dispose();
        Assert.NotNull(generation.TryEnter());
    }

    [Fact]
    public void In_use_it_cannot_be_closed_and_unused_it_can()
    {
        Generation generation = New(out _);
        Generation.Lease first = generation.OpenAndEnter();
        Generation.Lease second = generation.TryEnter()!;

        first.Dispose();
        Assert.False(generation.TryClose());
        second.Dispose();
        Assert.True(generation.TryClose());
        Assert.Null(generation.TryEnter());
    }

    [Fact]
    public void Disposing_a_lease_twice_gives_back_one_only()
    {
        Generation generation = New(out _);
        Generation.Lease first = generation.OpenAndEnter();
        using Generation.Lease second = generation.TryEnter()!;

        first.Dispose();
        first.Dispose();

        Assert.Equal(1, generation.Leases);
    }

    [Fact]
    public async Task The_end_is_told_to_users_and_their_late_return_opens_nothing()
    {
        Generation generation = New(out CancellationTokenSource stopped);
        Generation.Lease held = generation.OpenAndEnter();
        var told = new TaskCompletionSource();
        using CancellationTokenRegistration registration = stopped.Token.Register(told.SetResult);

        generation.End();
        await told.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        held.Dispose();

        Assert.Equal(0, generation.Leases);
        Assert.Null(generation.TryEnter());
    }

    [Fact]
    public async Task Leases_taken_and_returned_by_many_threads_are_counted_right_and_never_given_while_closed()
    {
        Generation generation = New(out _);
        generation.OpenAndEnter().Dispose();
        int inside = 0;
        int violations = 0;
        using var stop = new CancellationTokenSource();
        Task[] users =
        [
            .. Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        while (!stop.IsCancellationRequested)
                        {
                            if (generation.TryEnter() is { } lease)
                            {
                                Interlocked.Increment(ref inside);
                                Interlocked.Decrement(ref inside);
                                lease.Dispose();
                            }
                        }
                    })
                ),
        ];
        for (int closings = 0; closings < 2000; )
        {
            if (generation.TryClose())
            {
                closings++;
                violations += Volatile.Read(ref inside);
                generation.OpenAndEnter().Dispose();
            }
        }
        await stop.CancelAsync();
        await Task.WhenAll(users);

        Assert.Equal(0, violations);
        Assert.Equal(0, generation.Leases);
    }

    private static Generation New(out CancellationTokenSource stopped)
    {
        stopped = new CancellationTokenSource();
        var endpoint = new InstanceEndpoint(DatabaseId.New(), 1, "/nowhere", "app", "secret", "postgres", 1, stopped.Token);
        return new Generation(endpoint, stopped, TimeProvider.System);
    }
}

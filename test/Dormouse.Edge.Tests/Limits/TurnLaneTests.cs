using Dormouse.Contracts;
using Dormouse.Edge.Limits;
using Dormouse.Testing;

namespace Dormouse.Edge.Tests.Limits;

public sealed class TurnLaneTests
{
    private static readonly DatabaseId Database = DatabaseId.New();
    private static readonly EdgeOptions Options = new();

    private readonly DatabaseLoads loads = new();
    private readonly ManualTimeProvider time = new(DateTimeOffset.UnixEpoch);
    private readonly RequestTurns turns;

    public TurnLaneTests() => turns = new RequestTurns(loads, Options, time);

    [Fact]
    public async Task Nobody_waits_unless_the_host_says_so()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.Null(await turns.TakeAsync(Database, CancellationToken.None));
        }
        loads.Of(DatabaseId.New()).TurnsMax = 1;
        Assert.Null(await turns.TakeAsync(Database, CancellationToken.None));
    }

    [Fact]
    public async Task Who_comes_first_goes_first_and_no_more_at_a_time_than_may()
    {
        loads.Of(Database).TurnsMax = 2;
        Task<TurnLane.Turn?>[] requests = [.. Enumerable.Range(0, 5).Select(_ => TakeAsync())];
        Assert.Equal([true, true, false, false, false], requests.Select(request => request.IsCompleted));

        (await requests[1])!.Dispose();
        TurnLane.Turn? third = await requests[2];
        Assert.False(requests[3].IsCompleted);
        (await requests[0])!.Dispose();
        await requests[3];
        third!.Dispose();
        await requests[4];
    }

    [Fact]
    public async Task Who_takes_longer_than_a_turn_keeps_nobody_waiting()
    {
        loads.Of(Database).TurnsMax = 1;
        using TurnLane.Turn? slow = await TakeAsync();
        Task<TurnLane.Turn?> second = TakeAsync();
        Task<TurnLane.Turn?> third = TakeAsync();

        time.Advance(Options.Limits.TurnTime);
        using TurnLane.Turn? turn = await second;
        Assert.False(third.IsCompleted);
        // It is over already, and makes no room for another one.
        slow!.Dispose();
        Assert.False(third.IsCompleted);
        turn!.Dispose();
        using TurnLane.Turn? last = await third;
    }

    [Fact]
    public async Task Who_comes_after_one_that_is_overdue_goes_at_once()
    {
        loads.Of(Database).TurnsMax = 1;
        using TurnLane.Turn? slow = await TakeAsync();
        time.Advance(Options.Limits.TurnTime);

        Task<TurnLane.Turn?> next = TakeAsync();

        Assert.True(next.IsCompleted);
        (await next)!.Dispose();
    }

    [Fact]
    public async Task Who_waits_goes_as_soon_as_the_host_takes_its_word_back()
    {
        loads.Of(Database).TurnsMax = 1;
        using TurnLane.Turn? first = await TakeAsync();
        Task<TurnLane.Turn?>[] rest = [.. Enumerable.Range(0, 50).Select(_ => TakeAsync())];

        loads.Of(Database).TurnsMax = 0;
        time.Advance(Options.Limits.TurnTime);

        await Task.WhenAll(rest);
    }

    [Fact]
    public async Task Who_has_gone_takes_no_turn()
    {
        loads.Of(Database).TurnsMax = 1;
        TurnLane.Turn? first = await TakeAsync();
        using var gone = new CancellationTokenSource();
        Task<TurnLane.Turn?> left = turns.TakeAsync(Database, gone.Token).AsTask();
        Task<TurnLane.Turn?> stays = TakeAsync();

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        first!.Dispose();

        (await stays)!.Dispose();
        Assert.True(TakeAsync().IsCompleted);
    }

    [Fact]
    public async Task A_thousand_at_once_have_their_turns_one_by_one()
    {
        loads.Of(Database).TurnsMax = 1;
        int working = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, 1000)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        using TurnLane.Turn? turn = await TakeAsync();
                        Assert.Equal(1, Interlocked.Increment(ref working));
                        Interlocked.Decrement(ref working);
                    })
                )
        );
        Assert.True(TakeAsync().IsCompleted);
    }

    private Task<TurnLane.Turn?> TakeAsync() => turns.TakeAsync(Database, CancellationToken.None).AsTask();
}

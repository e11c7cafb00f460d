using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Tests.Lifecycle;

public sealed class TurnsTests
{
    [Fact]
    public async Task Only_so_many_have_a_turn_at_once_and_the_others_get_theirs_in_the_order_in_which_they_came()
    {
        var turns = new Turns(2);
        Turns.Turn first = await turns.TakeAsync(isUrgent: true);
        Turns.Turn second = await turns.TakeAsync(isUrgent: true);
        Task<Turns.Turn>[] waiting = [.. Enumerable.Range(0, 5).Select(_ => turns.TakeAsync(isUrgent: true))];

        Assert.All(waiting, each => Assert.False(each.IsCompleted));
        first.Dispose();
        Turns.Turn last = await waiting[0];
        for (int i = 1; i < waiting.Length; i++)
        {
            Assert.All(waiting[i..], each => Assert.False(each.IsCompleted));
            last.Dispose();
            last = await waiting[i];
        }
        last.Dispose();
        second.Dispose();
        Assert.True(turns.TakeAsync(isUrgent: false).IsCompletedSuccessfully);
        Assert.True(turns.TakeAsync(isUrgent: false).IsCompletedSuccessfully);
        Assert.False(turns.TakeAsync(isUrgent: false).IsCompleted);
    }

    [Fact]
    public async Task Who_is_waited_for_goes_first_but_a_storm_does_not_keep_the_patient_out()
    {
        var turns = new Turns(1);
        Turns.Turn held = await turns.TakeAsync(isUrgent: false);
        var order = new List<string>();
        async Task WaitAsync(string name, bool isUrgent)
        {
            using Turns.Turn turn = await turns.TakeAsync(isUrgent);
            order.Add(name);
        }

        Task[] all = [WaitAsync("patient", false), .. Enumerable.Range(0, 20).Select(number => WaitAsync($"urgent {number}", true))];
        held.Dispose();
        await Task.WhenAll(all);

        string[] urgent = [.. order.Where(name => name != "patient")];
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"urgent {number}"), urgent);
        Assert.Equal(8, order.IndexOf("patient"));
    }

    [Fact]
    public async Task A_turn_that_is_given_back_twice_is_one_turn()
    {
        var turns = new Turns(1);
        Turns.Turn turn = await turns.TakeAsync(isUrgent: true);
        turn.Dispose();
        turn.Dispose();

        using Turns.Turn next = await turns.TakeAsync(isUrgent: true);
        Assert.False(turns.TakeAsync(isUrgent: true).IsCompleted);
    }
}

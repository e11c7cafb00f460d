using Dormouse.Instances.Lifecycle;

namespace Dormouse.Instances.Tests.Lifecycle;

public sealed class MailboxTests
{
    [Fact]
    public async Task Commands_run_one_after_another_and_a_wake_goes_before_sleeps_that_have_not_begun()
    {
        var mailbox = new Mailbox(TaskScheduler.Default);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var order = new List<string>();
        Task Ask(string name, CommandKind kind) =>
            mailbox.TryRun(
                async () =>
                {
                    order.Add(name);
                    await gate.Task;
                },
                kind
            )!;

        Task[] all =
        [
            Ask("sleep 1", CommandKind.Sleep),
            Ask("delete", CommandKind.Other),
            Ask("sleep 2", CommandKind.Sleep),
            Ask("sleep 3", CommandKind.Sleep),
            Ask("wake 1", CommandKind.Wake),
            Ask("wake 2", CommandKind.Wake),
        ];
        gate.SetResult();
        await Task.WhenAll(all);

        // What is neither is not passed: a wake after a deletion finds nothing.
        Assert.Equal(["sleep 1", "delete", "wake 1", "wake 2", "sleep 2", "sleep 3"], order);
    }

    [Fact]
    public async Task Whoever_is_told_that_his_command_is_done_finds_the_mailbox_idle()
    {
        for (int i = 0; i < 1000; i++)
        {
            var mailbox = new Mailbox(TaskScheduler.Default);
            await mailbox.TryRun(() => Task.CompletedTask)!;

            Assert.True(mailbox.TryClose());
            Assert.Null(mailbox.TryRun(() => Task.CompletedTask));
        }
    }

    [Fact]
    public async Task A_command_that_fails_fails_for_whoever_asked_and_the_next_one_runs()
    {
        var mailbox = new Mailbox(TaskScheduler.Default);
        Task failing = mailbox.TryRun(() => throw new IOException("full"))!;
        Task next = mailbox.TryRun(() => Task.CompletedTask)!;

        await Assert.ThrowsAsync<IOException>(() => failing);
        await next;
        await mailbox.CloseAsync();
        Assert.Null(mailbox.TryRun(() => Task.CompletedTask));
    }
}

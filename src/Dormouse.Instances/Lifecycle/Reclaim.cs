namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// The memory of one frozen instance on its way to swap. It goes beside the mailbox, so that a wake need not wait for the kernel. Begun and ended by
/// the instance's one writer.
/// </summary>
internal sealed class Reclaim(Turns turns, TaskScheduler scheduler)
{
    private long number;

    /// <summary>The last one that was begun.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <param name="frozen">Whose memory.</param>
    /// <param name="isReclaiming">Whether the instance still is.</param>
    /// <param name="end">
    /// Told how many bytes went or what failed, once: asks by its first argument whether this is still the reclaim that the instance is in, and
    /// not a later one.
    /// </param>
    public Task Begin(IInstanceRun frozen, Func<bool> isReclaiming, Func<Func<bool>, long, Exception?, Task> end)
    {
        long own = Interlocked.Increment(ref number);
        bool IsWanted() => isReclaiming() && Interlocked.Read(ref number) == own;
        Running = Task
            .Factory.StartNew(() => RunAsync(frozen, IsWanted, end), CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler)
            .Unwrap();
        return Running;
    }

    /// <summary>One that waits for its turn is not wanted any more; one that is under way ends first.</summary>
    public Task AbandonAsync()
    {
        Interlocked.Increment(ref number);
        return Running;
    }

    private async Task RunAsync(IInstanceRun frozen, Func<bool> isWanted, Func<Func<bool>, long, Exception?, Task> end)
    {
        long bytes = 0;
        Exception? failure = null;
        using (await turns.TakeAsync(isUrgent: false))
        {
            try
            {
                bytes = isWanted() ? frozen.Reclaim() : 0;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                failure = exception;
            }
        }
        await end(isWanted, bytes, failure);
    }
}

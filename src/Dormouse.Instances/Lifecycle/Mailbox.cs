namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// Runs commands one after another, in the order in which they came, on the thread pool. Empty it holds neither a thread nor a task.
/// Thread-safe.
/// </summary>
internal sealed class Mailbox
{
    // Wakes share one command and the idle watcher asks once at a time, so a full mailbox means that commands hang.
    private const int CommandsMax = 1000;

    private readonly Lock gate = new();
    private readonly Queue<Command> commands = new();
    private bool running;
    private bool closed;

    public bool IsIdle
    {
        get
        {
            lock (gate)
            {
                return !running;
            }
        }
    }

    /// <summary>Completes or fails as the command does; has failed at once if the mailbox takes no more.</summary>
    public Task RunAsync(Func<Task> action)
    {
        var command = new Command(action);
        lock (gate)
        {
            if (closed || commands.Count >= CommandsMax)
            {
                return Task.FromException(new InvalidOperationException(closed ? "The mailbox is closed." : "The mailbox is full."));
            }
            Enqueue(command);
        }
        return command.Task;
    }

    /// <summary>Refuses further commands and returns when the last one is done.</summary>
    public Task CloseAsync()
    {
        var last = new Command(static () => Task.CompletedTask);
        lock (gate)
        {
            closed = true;
            Enqueue(last);
        }
        return last.Task;
    }

    private void Enqueue(Command command)
    {
        commands.Enqueue(command);
        if (!running)
        {
            running = true;
            ThreadPool.UnsafeQueueUserWorkItem(static mailbox => _ = mailbox.DrainAsync(), this, preferLocal: false);
        }
    }

    private async Task DrainAsync()
    {
        while (TryTake() is { } command)
        {
            try
            {
                await command.Action();
                command.TrySetResult();
            }
            catch (Exception exception)
            {
                // Whoever asked gets it; the mailbox goes on.
                command.TrySetException(exception);
                _ = command.Task.Exception;
            }
        }
    }

    private Command? TryTake()
    {
        lock (gate)
        {
            running = commands.TryDequeue(out Command? command);
            return command;
        }
    }

    private sealed class Command(Func<Task> action) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Func<Task> Action { get; } = action;
    }
}

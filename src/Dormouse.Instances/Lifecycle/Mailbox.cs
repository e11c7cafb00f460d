namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// Runs commands one after another, in the order in which they came, but wakes before sleeps that have not begun. Empty it holds neither a
/// thread nor a task. Thread-safe.
/// </summary>
internal sealed class Mailbox(TaskScheduler scheduler)
{
    // Wakes share one command and the idle watcher asks once at a time, so a full mailbox means that commands hang.
    private const int CommandsMax = 1000;

    private readonly Lock gate = new();
    private readonly LinkedList<Command> commands = new();
    private bool running;
    private bool closed;

    /// <summary>Null if it takes no more; else what completes or fails as the command does.</summary>
    public Task? TryRun(Func<Task> action, CommandKind kind = CommandKind.Other)
    {
        var command = new Command(action, kind);
        lock (gate)
        {
            if (closed || commands.Count >= CommandsMax)
            {
                return null;
            }
            Enqueue(command);
        }
        return command.Task;
    }

    /// <summary>Refuses further commands and returns when the last one is done.</summary>
    public Task CloseAsync()
    {
        var last = new Command(static () => Task.CompletedTask, CommandKind.Other);
        lock (gate)
        {
            closed = true;
            Enqueue(last);
        }
        return last.Task;
    }

    /// <summary>Refuses further commands if nothing is under way.</summary>
    public bool TryClose()
    {
        lock (gate)
        {
            closed |= !running;
            return !running;
        }
    }

    private void Enqueue(Command command)
    {
        LinkedListNode<Command>? before = commands.Last;
        while (command.Kind == CommandKind.Wake && before is { Value.Kind: CommandKind.Sleep })
        {
            before = before.Previous;
        }
        if (before is null)
        {
            commands.AddFirst(command);
        }
        else
        {
            commands.AddAfter(before, command);
        }
        if (!running)
        {
            running = true;
            _ = Task.Factory.StartNew(DrainAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
        }
    }

    private async Task DrainAsync()
    {
        Command? command = TryTake();
        while (command is not null)
        {
            Exception? failure = await RunAsync(command.Action);
            // Taken before whoever asked is told, so that he finds the mailbox idle if there is nothing more.
            Command? next = TryTake();
            command.End(failure);
            command = next;
        }
    }

    private static async Task<Exception?> RunAsync(Func<Task> action)
    {
        try
        {
            await action();
            return null;
        }
        catch (Exception exception)
        {
            // Whoever asked gets it; the mailbox goes on.
            return exception;
        }
    }

    private Command? TryTake()
    {
        lock (gate)
        {
            Command? first = commands.First?.Value;
            running = first is not null;
            if (running)
            {
                commands.RemoveFirst();
            }
            return first;
        }
    }

    private sealed class Command(Func<Task> action, CommandKind kind)
        : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Func<Task> Action { get; } = action;

        public CommandKind Kind { get; } = kind;

        public void End(Exception? failure)
        {
            if (failure is null)
            {
                SetResult();
                return;
            }
            SetException(failure);
            _ = Task.Exception;
        }
    }
}

/// <summary>What may go before what.</summary>
internal enum CommandKind
{
    Other,
    Wake,

    /// <summary>Lets wakes pass: whoever is asked for now shall not be put to sleep first.</summary>
    Sleep,
}

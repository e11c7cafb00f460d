namespace Dormouse.Instances.Lifecycle;

/// <summary>
/// Turns at work of which a host does only so much at once. Who came first is served first, and what somebody waits for before what nobody does.
/// An instance has one writer, so it stands here at most once: nobody's many requests can get before another's one. Thread-safe.
/// </summary>
internal sealed class Turns(int atOnceMax)
{
    // Those who can wait get a turn even in a storm that does not end: a ninth of them.
    private const int UrgentInRowMax = 8;

    private readonly Lock gate = new();
    private readonly Queue<TaskCompletionSource> urgent = new();
    private readonly Queue<TaskCompletionSource> patient = new();
    private int free = atOnceMax;
    private int urgentInRow;

    /// <summary>Dispose what it returns when the work is done.</summary>
    public async Task<Turn> TakeAsync(bool isUrgent)
    {
        TaskCompletionSource waiter;
        lock (gate)
        {
            if (free > 0)
            {
                free--;
                return new Turn(this);
            }
            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (isUrgent ? urgent : patient).Enqueue(waiter);
        }
        await waiter.Task;
        return new Turn(this);
    }

    private void GiveBack()
    {
        TaskCompletionSource? next;
        lock (gate)
        {
            bool isPatientDue = urgent.Count == 0 || urgentInRow >= UrgentInRowMax;
            if (isPatientDue && patient.TryDequeue(out next))
            {
                urgentInRow = 0;
            }
            else if (urgent.TryDequeue(out next))
            {
                urgentInRow++;
            }
            else
            {
                free++;
            }
        }
        next?.SetResult();
    }

    internal sealed class Turn(Turns turns) : IDisposable
    {
        private Turns? held = turns;

        public void Dispose() => Interlocked.Exchange(ref held, null)?.GiveBack();
    }
}

/// <summary>The bounds on work that all instances of a host share.</summary>
internal sealed class HostTurns(InstancesOptions options)
{
    // Clean stops end in disk syncs, which gain nothing from standing in line together.
    private const int StopsAtOnceMax = 8;

    public Turns Starts { get; } = new(options.StartsAtOnceMax);

    /// <summary>Apart from the starts, so that nobody's wake waits for another's sleep.</summary>
    public Turns Stops { get; } = new(StopsAtOnceMax);

    public Turns Reclaims { get; } = new(options.ReclaimsAtOnceMax);
}

using System.Threading.Tasks.Sources;
using Dormouse.Contracts;

namespace Dormouse.Edge.Tests.Harness;

/// <summary>A lease that comes when a wake ends, and that tells when somebody has begun to wait for it.</summary>
internal sealed class HeldLease : IValueTaskSource<IInstanceLease>
{
    private readonly Action awaited;
    private ManualResetValueTaskSourceCore<IInstanceLease> core = new() { RunContinuationsAsynchronously = true };

    private HeldLease(Action awaited)
    {
        this.awaited = awaited;
    }

    public static ValueTask<IInstanceLease> After(
        Task wake,
        Func<IInstanceLease> lease,
        Action awaited,
        CancellationToken cancellationToken
    )
    {
        HeldLease held = new(awaited);
        _ = held.HoldAsync(wake.WaitAsync(cancellationToken), lease);
        return new ValueTask<IInstanceLease>(held, held.core.Version);
    }

    public IInstanceLease GetResult(short token) => core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        core.OnCompleted(continuation, state, token, flags);
        awaited();
    }

    private async Task HoldAsync(Task wake, Func<IInstanceLease> lease)
    {
        try
        {
            await wake;
            core.SetResult(lease());
        }
        catch (Exception exception)
        {
            core.SetException(exception);
        }
    }
}

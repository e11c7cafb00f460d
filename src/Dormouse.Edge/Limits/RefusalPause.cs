using System.Runtime.CompilerServices;
using Dormouse.Contracts;

namespace Dormouse.Edge.Limits;

/// <summary>
/// Slows down a database that is refused again and again. An app that repeats at once what may not be, on eight sockets, would keep a core at work with
/// nothing but refusals, which its neighbours feel. Who is refused now and then waits for nothing. The wait begins when the request holds no
/// connection, no lease and no turn any more, and ends with its client.
/// </summary>
internal sealed class RefusalPause(EdgeOptions options, TimeProvider timeProvider)
{
    private const string GateKey = "dormouse.gate";

    private readonly TokenRate rate = new(options.Limits.RefusalsPerSecond, 2 * options.Limits.RefusalsPerSecond, timeProvider);
    private readonly ConditionalWeakTable<DiskGate, Caller> callers = [];
    private int waiting;

    /// <summary>Answers that come later.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Notes whose refusal it is, for whoever tells the client.</summary>
    public static DormouseException Of(DiskGate gate, DormouseException refusal)
    {
        refusal.Data[GateKey] = gate;
        return refusal;
    }

    /// <summary>Returns at once for everything else.</summary>
    public async ValueTask WaitAsync(Exception failure, CancellationToken clientGone)
    {
        if (failure is not DormouseException { Kind: FailureKind.Quota } || failure.Data[GateKey] is not DiskGate gate)
        {
            return;
        }
        Caller caller = callers.GetValue(gate, static _ => new Caller());
        if (rate.TryTake(ref caller.Requests, timeProvider.GetTimestamp()))
        {
            return;
        }
        if (Caller.TryEnter(ref waiting, options.Limits.MaxRequests))
        {
            await Task.Delay(options.Limits.RefusalPause, timeProvider, clientGone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Decrement(ref waiting);
        }
    }
}

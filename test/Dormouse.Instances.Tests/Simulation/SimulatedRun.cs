using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Resources;

namespace Dormouse.Instances.Tests.Simulation;

/// <summary>The platform's hold on a simulated server.</summary>
internal sealed class SimulatedRun(SimulatedHost host, SimulatedDatabase database, SimulatedServer server) : IInstanceRun
{
    public ProcessIdentity Postmaster => server.Identity;

    public Task Died => server.Died.Task;

    public async Task FreezeAsync(CancellationToken cancellationToken)
    {
        using IDisposable call = host.Enter(database, "freeze");
        AssertUnused();
        await host.PauseAsync("freeze", cancellationToken);
        AssertUnused();
        server.IsFrozen = true;
    }

    public void Thaw()
    {
        host.FailMaybe("thawing");
        server.IsFrozen = false;
    }

    public long Reclaim()
    {
        host.FailMaybe("reclaiming");
        return 1;
    }

    public TimeSpan? ReadProcessorTime() => server.IsDead ? null : host.Elapsed * server.Burns;

    public void Yield(YieldLevel level) { }

    public void Limit(InstanceSize size)
    {
        host.FailMaybe("limiting");
        server.Bounds = size;
    }

    public async Task<bool> StopAsync()
    {
        using IDisposable call = host.Enter(database, "stop");
        await host.PauseAsync("stop", CancellationToken.None);
        if (host.Draw(host.FaultRate))
        {
            server.IsFrozen = false;
            return false;
        }
        server.Die();
        await host.PauseAsync("sweep after stop", CancellationToken.None);
        return true;
    }

    public async Task SweepAsync()
    {
        using IDisposable call = host.Enter(database, "sweep");
        host.Require(server.IsDead, "A living server is swept.");
        await host.PauseAsync("sweep", CancellationToken.None);
    }

    public void Dispose() { }

    private void AssertUnused() =>
        host.Require(
            server.Endpoint is not { } endpoint || database.Held.GetValueOrDefault(endpoint) == 0 || server.IsDead,
            $"{database.Id} freezes while a client holds a lease."
        );
}
